// One agent on the bus: `starting` until its model was looked at, then `ready`, `degraded` while the model cannot be reached or is
// missing, `draining` when it is told to go.

import type { AgentPorts } from "../agent/create-agent.ts";
import { budgetedAgent, budgetedModel } from "../agent/budgeted-agent.ts";
import { guardedAgent } from "../agent/guards/guarded-agent.ts";
import { certainRedaction, redactedConversations, redactedTraces } from "../agent/guards/redaction.ts";
import { createAgent } from "../agent/create-agent.ts";
import type {
  PromptCheck,
  PromptHandler,
  ServedAgent,
  ServiceHealth,
  ServiceSpec,
} from "../bus/serving/service-port.ts";
import { type BudgetPorts, BudgetScope } from "../model/budget/budget-scope.ts";
import type { BudgetStatus } from "../model/budget/budget.ts";
import type { AgentConfig, Identity } from "../manifest/manifest.ts";
import type { AgentKnowledge } from "../knowledge/agent-knowledge.ts";
import type { Conversations } from "../memory/contract.ts";
import type { ChatModel } from "../model/contract.ts";
import type { TriggerConfig } from "../manifest/trigger.ts";
import type { ServiceError } from "../protocol/service-error.ts";
import { agentSubject } from "../protocol/subjects.ts";
import type { LogFields, Logger } from "../telemetry/log.ts";
import type { AgentApprovals } from "../tool/approvals/contract.ts";
import type { ApprovalDesk } from "../tool/approvals/desk.ts";
import { createToolSet, type ToolPorts, type ToolSet } from "../tool/tool-set.ts";
import type { TriggeredAgent, TriggerStatus } from "../trigger/contract.ts";
import { promptCheck, promptHandler } from "./agent-adapter.ts";
import { agentApprover, approvingAgent } from "./agent-approver.ts";
import { budgetHealth, modelHealth } from "./agent-health.ts";
import { AgentNotes } from "./agent-notes.ts";
import type { AgentDefinition } from "./agent-definition.ts";
import type { AgentStatus } from "./control-protocol.ts";
import type { ReconciledAgent } from "./reconcile.ts";
import { serviceSpec } from "./service-spec.ts";
import { configurationMissing, toolsUnavailable } from "./turn-error.ts";

export type ServeAgent = (spec: ServiceSpec, handler: PromptHandler, check: PromptCheck) => ServedAgent;

export interface RunningAgentPorts extends Omit<
  AgentPorts,
  "model" | "tools" | "recall" | "conversations" | "approver"
> {
  /** Where an agent's conversations are. */
  readonly conversations: (config: AgentConfig, identity: Identity) => Conversations;
  /** What the tools of any agent stand on. */
  readonly toolPorts: Omit<ToolPorts, "agent" | "log" | "ownAddress" | "maxHops">;
  readonly budgets: BudgetPorts;
  readonly approvals: Pick<ApprovalDesk, "forAgent">;
  /** Muster's own version. */
  readonly version: string;
  readonly serve: ServeAgent;
  /** One model, or a chain that behaves like one. */
  readonly model: (names: readonly string[]) => ChatModel;
  /** What goes before the first look at its model; must not reject. Default: nothing does. */
  readonly lookAfter?: Promise<unknown>;
  /** Starts the agent's triggers; returns what ends them. Default: none are started. */
  readonly attachTriggers?: (agent: TriggeredAgent, triggers: readonly TriggerConfig[]) => () => void;
  /** What an agent knows from documents; undefined: nothing. Default: nobody does. */
  readonly knowledge?: (definition: AgentDefinition) => AgentKnowledge | undefined;
  readonly triggerStatuses?: (agent: string) => readonly TriggerStatus[];
  /** Why no prompt is taken now, whatever the agent. */
  readonly refusal?: () => ServiceError | undefined;
  /** Whether a manifest's file (absolute) has problems now, and its agents serve as it last was. */
  readonly isLastGood?: (source: string) => boolean;
}

export interface RunningAgent extends ReconciledAgent {
  /** Takes no more prompts while held, and stays registered. */
  setHeld(isHeld: boolean): void;
  status(): AgentStatus;
}

/** Registers the agent and returns at once. Throws when it cannot be registered. */
export function startAgent(definition: AgentDefinition, ports: RunningAgentPorts): RunningAgent {
  return new AgentOnBus(definition, ports);
}

class AgentOnBus implements RunningAgent {
  readonly definition: AgentDefinition;
  readonly #knowledge: AgentKnowledge | undefined;
  readonly #model: ChatModel;
  readonly #tools: ToolSet;
  readonly #notes = new AgentNotes((note) => this.#served.setNote(note));
  readonly #budget: BudgetScope;
  readonly #approvals: AgentApprovals;
  readonly #served: ServedAgent;
  readonly #log: Logger;
  readonly #unwatch: readonly (() => void)[];
  readonly #endTriggers: () => void;
  readonly #triggerStatuses: () => readonly TriggerStatus[];
  /** The first look at the model, while it lasts. */
  #look: AbortController | undefined;
  #gone: Promise<void> | undefined;

  constructor(definition: AgentDefinition, ports: RunningAgentPorts) {
    const { config } = definition;
    this.definition = definition;
    this.#log = ports.log.with({ agent: config.name });
    this.#model = ports.model(config.models);
    const { address } = serviceSpec(definition, ports.version);
    this.#knowledge = config.missing === undefined ? ports.knowledge?.(definition) : undefined;
    // Without a part of its configuration it serves nobody, and nothing of it is used.
    this.#tools = createToolSet(
      config.missing === undefined ? config.tools : [],
      {
        ...ports.toolPorts,
        agent: config.name,
        log: this.#log,
        ownAddress: agentSubject("prompt", address),
        maxHops: config.maxHops,
      },
      {
        ...(config.skills === undefined || config.missing !== undefined ? {} : { skills: config.skills }),
        ...(this.#knowledge === undefined ? {} : { knowledge: this.#knowledge.source }),
      },
    );
    this.#budget = new BudgetScope(`agent:${config.name}`, config.budgets, { ...ports.budgets, log: this.#log });
    this.#approvals = ports.approvals.forAgent(approvingAgent(definition));
    const model = budgetedModel(this.#model, this.#budget);
    const { redact } = config.guards;
    const unlimited = createAgent(config, {
      ...ports,
      model,
      tools: this.#tools,
      ...(this.#knowledge?.recall === undefined ? {} : { recall: this.#knowledge.recall }),
      approver: agentApprover(this.#approvals),
      log: this.#log,
      conversations: redactedConversations(ports.conversations(config, definition.identity), redact),
      onTrace: redactedTraces(ports.onTrace, redact),
    });
    const isCounted = !this.#budget.isUnlimited || definition.models.some(({ budgets }) => budgets.length > 0);
    const counted = isCounted ? budgetedAgent(unlimited, this.#budget, ports.budgets.store) : unlimited;
    const agent = guardedAgent(counted, config.guards);
    try {
      this.#served = ports.serve(
        { ...serviceSpec(definition, ports.version), isLastGood: () => ports.isLastGood?.(config.source) ?? false },
        promptHandler(agent),
        promptCheck(agent, config, ports.refusal),
      );
    } catch (error) {
      void this.#tools.close();
      throw error;
    }
    this.#served.setHealth(this.#health());
    const tell = () => this.#tellHealth();
    const tellNote = () => this.#notes.set("knowledge", this.#knowledge?.note());
    this.#unwatch = [
      this.#model.onHealthChange(tell),
      this.#tools.onHealthChange(tell),
      this.#budget.onChange(tell),
      this.#knowledge?.onChange(tellNote) ?? (() => undefined),
    ];
    tellNote();
    void this.#lookFirst(ports.lookAfter);
    this.#endTriggers =
      ports.attachTriggers?.(triggeredAgent(definition, this.#served, this.#notes), config.triggers) ??
      (() => undefined);
    this.#triggerStatuses = () => ports.triggerStatuses?.(config.name) ?? [];
    this.#log.info("Agent serves", { subject: this.#served.promptSubject, model: config.models.join(", ") });
  }

  setHeld(isHeld: boolean): void {
    this.#served.setHeld(isHeld);
    this.#approvals.setHeld(isHeld || this.#gone !== undefined);
  }

  status(): AgentStatus {
    const triggers = this.#gone === undefined ? this.#triggerStatuses() : [];
    return {
      ...agentStatus(this.definition, this.#served, this.#budget.statuses()),
      ...(triggers.length === 0 ? {} : { triggers }),
      ...(this.#knowledge === undefined ? {} : { knowledge: this.#knowledge.status() }),
    };
  }

  drain(timeoutMs: number): Promise<void> {
    if (this.#gone === undefined) this.#log.info("Agent drains", drainFields(this.#served));
    this.#endTriggers();
    this.#approvals.setHeld(true);
    const drained = this.#served.drain(timeoutMs);
    return (this.#gone ??= drained.then(async () => {
      for (const unwatch of this.#unwatch) unwatch();
      this.#look?.abort();
      this.#budget.close();
      this.#approvals.close();
      await this.#tools.close();
      this.#log.info("Agent stopped");
    }));
  }

  async #lookFirst(after: Promise<unknown> | undefined): Promise<void> {
    this.#look = new AbortController();
    const { signal } = this.#look;
    if (after !== undefined) await after;
    if (!signal.aborted) await this.#model.look(signal);
    this.#look = undefined;
  }

  #tellHealth(): void {
    const health = this.#health();
    if (health.state === "degraded") this.#log.warn("Agent degraded", { reason: health.reason });
    else this.#log.info(`Agent ${health.state}`);
    this.#served.setHealth(health);
  }

  /** What is missing of its configuration goes first; then what is wrong with the model: without it no tool is called. */
  #health(): ServiceHealth {
    const { name, missing } = this.definition.config;
    if (missing !== undefined)
      return { state: "degraded", reason: missing.join("; "), error: configurationMissing(name) };
    const [model, tools] = [modelHealth(this.#model, name), this.#tools.health()];
    if (model.state === "degraded") return model;
    if (tools.state === "degraded") return { state: "degraded", reason: tools.reason, error: toolsUnavailable(name) };
    return budgetHealth(this.#budget, name) ?? model;
  }
}

function triggeredAgent({ config, identity }: AgentDefinition, served: ServedAgent, notes: AgentNotes): TriggeredAgent {
  const { redact } = config.guards;
  return {
    address: { agent: identity.agent, owner: identity.owner, name: config.name },
    maxPayloadBytes: config.maxPayloadBytes,
    deadlineMs: config.deadlineMs,
    prompt: ({ trigger, conversation, ...prompt }) =>
      served.promptOwn({
        ...prompt,
        origin: { type: "trigger", name: trigger },
        ...(conversation === undefined ? {} : { session: conversation }),
      }),
    ...(redact.length === 0 ? {} : { keepable: async (answer: string) => (await certainRedaction(redact))(answer) }),
    setNote: (note) => notes.set("triggers", note),
  };
}

function drainFields(served: ServedAgent): LogFields {
  const { inFlight, ...counts } = served.counters();
  return { in_flight: inFlight, ...counts };
}

function agentStatus({ config }: AgentDefinition, served: ServedAgent, budgets: readonly BudgetStatus[]): AgentStatus {
  const { state, reason } = served.state();
  const { inFlight, queued, requests, errors } = served.counters();
  return {
    name: config.name,
    subject: served.promptSubject,
    instanceId: served.instanceId,
    state,
    ...(reason === undefined ? {} : { reason }),
    models: config.models,
    inFlight,
    queued,
    requests,
    errors,
    ...(budgets.length === 0 ? {} : { budgets }),
    source: config.source,
  };
}
