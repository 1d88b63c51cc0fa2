// Time as triggers see it: the clock on the wall, which people and servers set, and a steady one, by which is waited.

import { longestTimerMs } from "../host/longest-timer.ts";

export interface Clock {
  /** Milliseconds since 1970. May jump. */
  wallMs(): number;
  /** Milliseconds of a clock that nobody sets. */
  steadyMs(): number;
  /** Acts once after `ms` of the steady clock. Returns what prevents it. */
  after(ms: number, act: () => void): () => void;
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  steadyMs: () => performance.now(),
  after: (ms, act) => {
    const timer = setTimeout(act, Math.min(Math.max(0, ms), longestTimerMs));
    return () => clearTimeout(timer);
  },
};
