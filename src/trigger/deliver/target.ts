// Where an answer goes, as it is kept with its run.

import { type JsonObject, objectOf } from "../../bus/jobs/jetstream.ts";
import type { Qos } from "../../manifest/trigger.ts";
import type { AgentAddress } from "../../protocol/subjects.ts";
import type { TraceContext } from "../../protocol/trace-context.ts";
import { keptTrace } from "../../bus/jobs/kept-trace.ts";

export type Target = TargetPlace & {
  /** The trace of the turn that answered. */
  readonly trace?: TraceContext;
};

type TargetPlace =
  | { readonly type: "nats"; readonly subject: string; readonly address: AgentAddress }
  | {
      readonly type: "mqtt";
      readonly broker: string;
      readonly topic: string;
      readonly qos: Qos;
      readonly retain: boolean;
      readonly address: AgentAddress;
    }
  | { readonly type: "file"; readonly path: string; readonly address: AgentAddress };

/** Undefined for what is none. */
export function decodeTarget(text: string): Target | undefined {
  const fields = fieldsOf(text);
  const [place, trace] = [placeOf(fields), keptTrace(fields["trace"])];
  return place && { ...place, ...(trace === undefined ? {} : { trace }) };
}

function placeOf(fields: JsonObject): TargetPlace | undefined {
  const { type, subject, path, broker, topic, qos, retain, address: whose } = fields;
  const { agent, owner, name } = objectOf(whose);
  if (typeof agent !== "string" || typeof owner !== "string" || typeof name !== "string") return undefined;
  const address = { agent, owner, name };
  if (type === "nats" && typeof subject === "string") return { type, subject, address };
  if (type === "file" && typeof path === "string") return { type, path, address };
  if (type !== "mqtt" || typeof broker !== "string" || typeof topic !== "string") return undefined;
  return { type, broker, topic, qos: qos === 0 || qos === 2 ? qos : 1, retain: retain === true, address };
}

function fieldsOf(text: string): JsonObject {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return {}; // None of ours.
  }
}
