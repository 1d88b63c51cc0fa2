// An agent as the bus is to register and admit it.

import type { ServiceSpec } from "../bus/serving/service-port.ts";
import type { AgentDefinition } from "./agent-definition.ts";

/** `version`: Muster's own. */
export function serviceSpec({ config, identity, accountTokenPosition }: AgentDefinition, version: string): ServiceSpec {
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
    dedupeMs: config.dedupeMs,
    acceptsAttachments: config.attachments,
    maxPayloadBytes: config.maxPayloadBytes,
    replicas: config.replicas,
    callers: config.callers,
    ...(accountTokenPosition === undefined ? {} : { accountTokenPosition }),
  };
}
