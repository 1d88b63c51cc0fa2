// Gives the agents what they stand on: conversations, models, the bus, counts and traces; and starts those that the manifest asks for.

import type { BusConnection } from "../bus/connection/connection.ts";
import type { AgentHost } from "../bus/serving/agent-host.ts";
import { toolBus } from "../bus/tool-bus.ts";
import { within } from "../bus/within.ts";
import { build } from "../host/build-facts.ts";
import type { BudgetPorts } from "../model/budget/budget-scope.ts";
import type { Models } from "../model/models.ts";
import type { KnowledgeDesk } from "../knowledge/knowledge-desk.ts";
import type { Logger } from "../telemetry/log.ts";
import { logTrace } from "../telemetry/log-trace.ts";
import type { AgentsPort } from "../tool/agents/port.ts";
import type { ApprovalDesk } from "../tool/approvals/desk.ts";
import { type AgentDefinition, agentDefinitions } from "./agent-definition.ts";
import { agentDocuments } from "./agent-documents.ts";
import { AgentSlot, type ToldAgents } from "./agent-slot.ts";
import type { ConversationStores } from "./conversation-stores.ts";
import type { DesiredState } from "./desired-state.ts";
import { Reconciler } from "./reconcile.ts";
import { startAgent } from "./running-agent.ts";
import type { TriggerDesk } from "../trigger/trigger-desk.ts";
import type { RuntimeServices } from "./runtime-services.ts";

/** How long models are not looked at for a bus that is not there yet. */
const busFirstMs = 100;

/** Those of `desired` are started before it returns. */
export function startAgents(
  desired: DesiredState,
  ports: {
    readonly options: { readonly log: Logger; readonly tracesText: boolean; readonly stateDirectory: string };
    readonly host: AgentHost;
    readonly otherAgents: AgentsPort;
    readonly connection: BusConnection;
    readonly models: Models;
    readonly budgets: BudgetPorts;
    readonly approvals: ApprovalDesk;
    readonly services: RuntimeServices;
    readonly conversations: ConversationStores;
    readonly triggers: TriggerDesk;
    readonly knowledge: KnowledgeDesk;
    readonly isLastGood: (source: string) => boolean;
  },
): Reconciler<AgentSlot> {
  const { host, connection, models, services, conversations, triggers, isLastGood } = ports;
  const { log, tracesText, stateDirectory } = ports.options;
  const agentPorts = {
    version: build.version,
    serve: host.register.bind(host),
    model: models.chat.bind(models),
    budgets: ports.budgets,
    approvals: ports.approvals,
    toolPorts: { stateDirectory, agents: ports.otherAgents, bus: toolBus(connection) },
    conversations: conversations.of.bind(conversations),
    knowledge: (definition: AgentDefinition) =>
      agentDocuments(definition, ports.knowledge, models.embedding.bind(models)),
    log,
    onTrace: services.traces(logTrace(log), tracesText),
    tracesText: () => tracesText || services.exported.exportsContent,
    tracer: services.exported,
    isLastGood,
    lookAfter: busFirst(connection),
    attachTriggers: triggers.attach.bind(triggers),
    triggerStatuses: triggers.statuses.bind(triggers),
    refusal: () => services.memory.refusal(),
  };
  const told: ToldAgents = new Map();
  const start = (definition: AgentDefinition) => {
    const agent = startAgent(definition, agentPorts);
    services.counts.started(definition.config.name);
    return agent;
  };
  const reconciler = new Reconciler({
    start: (definition) => new AgentSlot(definition, { start, told }),
    onGone: (name) => {
      conversations.forgetAgent(name);
      services.counts.forget(name);
      told.delete(name);
    },
    log,
  });
  reconciler.apply(agentDefinitions(desired.manifest), 0);
  return reconciler;
}

/** Agents are heard of sooner when their models are looked at after the first connection. Never rejects. */
function busFirst(connection: BusConnection): Promise<boolean> {
  return within(connection.connected(), busFirstMs).catch(() => false);
}
