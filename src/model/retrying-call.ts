// Calls of a model that is busy or broken for a moment: tried again with backoff and jitter, or when its server says, within one time.

import { setTimeout as delay } from "node:timers/promises";
import type { ChatRequest, ModelEvent } from "./contract.ts";
import { ModelError } from "./contract.ts";
import { callModel, type Link } from "./model-call.ts";

/** Statuses after which the same call may work: too many requests, and servers that are overloaded, restarting or behind a gateway. */
const passing: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504, 529]);

const firstWaitMs = 500;

export interface RetrySeams {
  /** 0 to 1, as from `Math.random`. */
  readonly random: () => number;
}

/**
 * As `callModel`, and the call again as often as the endpoint's `retries` say, as long as nothing of an answer was seen. Waits at least as long
 * as the server asks for; gives up at once when that would be over the endpoint's `retry_within`, counted from the first call.
 */
export async function* callRetrying(
  link: Link,
  request: ChatRequest,
  signal: AbortSignal,
  seams: RetrySeams = { random: Math.random },
): AsyncGenerator<ModelEvent, void, void> {
  const { retries, retryWithinMs } = link.endpoint.config;
  const giveUpAt = performance.now() + retryWithinMs;
  for (let failures = 1; ; failures++) {
    let hasAnswer = false;
    try {
      for await (const event of callModel(link, request, signal)) {
        hasAnswer ||= event.type !== "notice";
        yield event;
      }
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (hasAnswer || failures > retries || !mayPass(error)) throw error;
      const waitMs = retryWaitMs(error.retryAfterS, failures, seams.random());
      if (performance.now() + waitMs > giveUpAt) throw error;
      yield {
        type: "notice",
        notice: { kind: "retrying", endpoint: link.endpoint.config.name, reason: error.message },
      };
      await delay(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

/** Whether the same call may work a little later. */
export function mayPass(error: unknown): error is ModelError {
  return error instanceof ModelError && error.kind === "refused" && passing.has(error.status ?? 0);
}

/**
 * @param failures failures in a row, from 1
 * @returns ms: between half of the step and the whole of it, from 500 ms on doubling; or what the server asks for and up to a quarter more
 */
export function retryWaitMs(retryAfterS: number | undefined, failures: number, random: number): number {
  const step = firstWaitMs * 2 ** Math.min(failures - 1, 10);
  const backoff = step * (0.5 + 0.5 * random);
  if (retryAfterS === undefined) return Math.round(backoff);
  return Math.round(Math.max(backoff, retryAfterS * 1000 * (1 + 0.25 * random)));
}
