// What `muster ps --json` prints.

import type { UnusableRecord } from "../protocol/registration.ts";
import type { ListedAgent } from "./listed-agents.ts";

/** Stable: programs read it. Ages are in seconds. */
export function psToJson(
  server: string,
  agents: readonly ListedAgent[],
  unusable: readonly UnusableRecord[],
): Readonly<Record<string, unknown>> {
  return {
    server,
    agents: agents.map((agent) => ({
      agent: agent.agent,
      owner: agent.owner,
      name: agent.name,
      state: agent.state,
      reason: agent.reason,
      last_beat_age_s: agent.lastBeatAgeS,
      versions: agent.versions,
      trust: agent.trust,
      instances: agent.instances.map((instance) => ({
        instance_id: instance.instanceId,
        state: instance.state,
        reason: instance.reason,
        last_beat_age_s: instance.lastBeatAgeS,
        interval_s: instance.intervalS,
        in_flight: instance.inFlight,
        queued: instance.queued,
        model: instance.model,
        last_good: instance.isLastGood,
        version: instance.version,
        identity: instance.identity,
        trust: instance.trust,
        beat_problem: instance.beatProblem,
        description: instance.record?.description,
        protocol_version: instance.record?.protocolVersion,
        compatibility: instance.record?.compatibility,
        prompt_subject: instance.record?.promptSubject,
        max_payload_bytes: instance.record?.maxPayloadBytes,
        attachments_ok: instance.record?.acceptsAttachments,
        session: instance.record?.session,
        metadata: instance.record?.metadata,
      })),
    })),
    unusable: unusable.map(({ instanceId, problem, agent, owner }) => ({
      instance_id: instanceId,
      problem,
      agent,
      owner,
    })),
  };
}
