// The time that one turn has: its signal fires when it is stopped from outside, or when that time is over.

import { LimitReached } from "./limit-reached.ts";

export interface TurnTimer {
  readonly signal: AbortSignal;
  /** By `performance.now`. */
  readonly overAt: number;
  /** Stops the turn. */
  abort(reason: unknown): void;
  /** Owed once: the turn is over. */
  stop(): void;
}

export function turnTimer(outer: AbortSignal, timeMs: number): TurnTimer {
  const controller = new AbortController();
  const follow = () => controller.abort(outer.reason);
  if (outer.aborted) follow();
  outer.addEventListener("abort", follow, { once: true });
  const timer = setTimeout(() => controller.abort(new LimitReached("time")), timeMs);
  return {
    signal: controller.signal,
    overAt: performance.now() + timeMs,
    abort: (reason) => controller.abort(reason),
    stop: () => {
      clearTimeout(timer);
      outer.removeEventListener("abort", follow);
    },
  };
}
