// One agent on the bus: `starting` until its model was looked at, then `ready`, `degraded` while the model cannot be reached, `draining`
// when it is told to go.

import type { AgentPorts } from "../agent/create-agent.ts";
import { createAgent } from "../agent/create-agent.ts";
import type { PromptCheck, PromptHandler, ServedAgent, ServiceHealth, ServiceSpec } from "../bus/service-port.ts";
import type { ChatModel, ModelHealth } from "../model/contract.ts";
import { ServiceError } from "../protocol/service-error.ts";
import { promptCheck, promptHandler } from "./agent-adapter.ts";
import type { AgentDefinition } from "./agent-definition.ts";
import type { AgentStatus } from "./control-protocol.ts";
import type { ModelWatches } from "./model-watch.ts";
import type { ReconciledAgent } from "./reconcile.ts";
import { retryFields } from "./turn-error.ts";

export type ServeAgent = (spec: ServiceSpec, handler: PromptHandler, check: PromptCheck) => ServedAgent;

export interface RunningAgentPorts extends Omit<AgentPorts, "model"> {
  /** Muster's own version. */
  readonly version: string;
  readonly serve: ServeAgent;
  /** One model, or a chain that behaves like one. */
  readonly model: (names: readonly string[]) => ChatModel;
  readonly watches: ModelWatches;
}

export interface RunningAgent extends ReconciledAgent {
  status(): AgentStatus;
}

/** Registers the agent and returns at once. Throws when it cannot be registered. */
export function startAgent(definition: AgentDefinition, ports: RunningAgentPorts): RunningAgent {
  const { config } = definition;
  const log = ports.log.with({ agent: config.name });
  const model = ports.model(config.models);
  const watch = ports.watches.of(model);
  const onTrace: AgentPorts["onTrace"] = (trace) => {
    ports.onTrace(trace);
    watch.refresh();
  };
  const agent = createAgent(config, { ...ports, model, onTrace });
  const served = ports.serve(serviceSpec(definition, ports.version), promptHandler(agent), promptCheck(agent));
  served.setHealth(serviceHealth(watch.health(), model, config.name));
  const unwatch = watch.onChange((health) => {
    const next = serviceHealth(health, model, config.name);
    if (next.state === "degraded") log.warn("Agent degraded", { reason: next.reason });
    else log.info(`Agent ${next.state}`);
    served.setHealth(next);
  });
  log.info("Agent serves", { subject: served.promptSubject, model: config.models.join(", ") });
  return {
    definition,
    status: () => agentStatus(definition, served),
    drain: async (timeoutMs) => {
      log.info("Agent drains", served.counters());
      await served.drain(timeoutMs);
      unwatch();
      log.info("Agent stopped");
    },
  };
}

function serviceSpec({ config, identity }: AgentDefinition, version: string): ServiceSpec {
  const [model] = config.models;
  return {
    address: { agent: identity.agent, owner: identity.owner, name: config.name },
    description: config.description,
    version,
    ...(model === undefined ? {} : { model }),
    heartbeatMs: config.heartbeatMs,
    concurrency: config.concurrency,
    queue: config.queue,
    deadlineMs: config.deadlineMs,
    acceptsAttachments: config.attachments,
    maxPayloadBytes: config.maxPayloadBytes,
    replicas: config.replicas,
  };
}

function serviceHealth(health: ModelHealth, model: ChatModel, agent: string): ServiceHealth {
  switch (health.state) {
    case "unknown":
      return { state: "starting" };
    case "reachable":
      return { state: "ready" };
    case "unreachable": {
      const message = `The model of agent "${agent}" cannot be reached`;
      const error = new ServiceError(500, "model_unreachable", message, retryFields(health.retryAfterS));
      return { state: "degraded", reason: `model "${model.config.name}": ${health.reason}`, error };
    }
  }
}

function agentStatus({ config }: AgentDefinition, served: ServedAgent): AgentStatus {
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
    source: config.source,
  };
}
