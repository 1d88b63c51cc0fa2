// Where the answer of a run is to go, as it is recorded with the answer: it is delivered there whatever becomes of the trigger.

import type { TriggerConfig } from "../manifest/trigger.ts";
import { type TraceContext, traceHeaders } from "../protocol/trace-context.ts";
import type { TriggeredAgent } from "./contract.ts";

/** No secret is in it. */
export function deliveryTarget(
  { deliver }: TriggerConfig,
  { address }: TriggeredAgent,
  context: TraceContext | undefined,
): string {
  const about = { address, ...(context === undefined ? {} : { trace: traceHeaders(context) }) };
  if (deliver?.type !== "mqtt") return JSON.stringify({ ...deliver, ...about });
  const { topic, qos, retain, broker } = deliver;
  return JSON.stringify({ type: "mqtt", topic, qos, retain, broker: broker.name, ...about });
}
