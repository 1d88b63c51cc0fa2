// Triggers by messages from an MQTT broker: recorded before the broker is told that we have them.

import { digest } from "../bus/jobs/job-envelope.ts";
import type { Qos } from "../manifest/trigger.ts";
import { readTraceHeaders } from "../protocol/trace-context.ts";
import type { BrokerLink, MqttMessage } from "./mqtt/broker-link.ts";
import type { RunLine } from "./run-line.ts";
import { hopsOf, traced } from "./subject-trigger.ts";

export interface MqttParts {
  readonly link: BrokerLink;
  readonly topic: string;
  readonly qos: Qos;
  readonly line: Pick<RunLine, "event">;
}

export class MqttTrigger {
  readonly #parts: MqttParts;
  #end: (() => void) | undefined;

  constructor(parts: MqttParts) {
    this.#parts = parts;
  }

  start(): void {
    const { link, topic, qos } = this.#parts;
    this.#end = link.listen(topic, qos, (message) => this.#hear(message));
  }

  stop(): void {
    this.#end?.();
  }

  /** The same message again bears a mark, its number and its content: the run of the first one stands. */
  #hear({ topic, payload, isRepeated, messageId, hops, property }: MqttMessage): boolean {
    const event = { name: topic, payload, hops: hopsOf(hops), isRepeated, ...traced(readTraceHeaders(property)) };
    const key = `mqtt ${messageId ?? 0} ${digest(payload).slice(0, 32)} ${topic}`;
    return this.#parts.line.event(messageId === undefined ? event : { ...event, key });
  }
}
