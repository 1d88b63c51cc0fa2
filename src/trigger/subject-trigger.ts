// Triggers by messages on a NATS subject: of a queue group one gets each.

import type { BusConnection, BusSubscription } from "../bus/connection/connection.ts";
import { messageTrace } from "../bus/message-trace.ts";
import type { AgentAddress } from "../protocol/subjects.ts";
import type { TraceContext } from "../protocol/trace-context.ts";
import type { RunLine } from "./run-line.ts";

/** How many triggers in a row a message comes from. */
export const hopsHeader = "Muster-Hops";

export interface SubjectParts {
  readonly bus: BusConnection;
  readonly subject: string;
  readonly queueGroup: string;
  readonly line: Pick<RunLine, "event">;
  /** Undefined: it is well again. */
  readonly onProblem: (problem: string | undefined) => void;
}

export class SubjectTrigger {
  readonly #parts: SubjectParts;
  #subscription: BusSubscription | undefined;
  #unwatch: (() => void) | undefined;

  constructor(parts: SubjectParts) {
    this.#parts = parts;
  }

  start(): void {
    const { bus, subject, queueGroup, line, onProblem } = this.#parts;
    this.#unwatch = bus.onRefusedSubjects(() => {
      if (!bus.refusedSubjects().includes(subject)) onProblem(undefined);
    });
    this.#subscription = bus.subscribe(
      subject,
      (message) => {
        onProblem(undefined);
        const key = message.headers?.get("Nats-Msg-Id") ?? "";
        line.event({
          name: message.subject,
          payload: message.data,
          hops: hopsOf(message.headers?.get(hopsHeader)),
          ...traced(messageTrace(message.headers)),
          ...(key === "" ? {} : { key: `id ${key}`, isRepeated: true }),
        });
      },
      {
        queue: queueGroup,
        onRefused: (problem) => onProblem(`NATS permissions forbid to subscribe to "${subject}": ${problem}`),
      },
    );
  }

  stop(): void {
    this.#unwatch?.();
    this.#subscription?.unsubscribe();
  }
}

export function traced(trace: TraceContext | undefined): { readonly trace?: TraceContext } {
  return trace === undefined ? {} : { trace };
}

/** All replicas of an agent are one group: each message starts one run of one of them. */
export function ownQueueGroup({ agent, owner, name }: AgentAddress, trigger: string): string {
  return `muster.trigger.${agent}.${owner}.${name}.${trigger}`;
}

/** What is no number of hops is none. */
export function hopsOf(text: string | undefined): number {
  return text !== undefined && /^\d{1,4}$/.test(text) ? Number(text) : 0;
}
