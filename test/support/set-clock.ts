// A clock for triggers that a test sets and moves: the one on the wall and the steady one part only when it says so.

import type { Clock } from "../../src/trigger/clock.ts";

export interface SetClock extends Clock {
  /** Both go on; what is due meanwhile happens at its time. */
  advance(ms: number): void;
  /** The clock on the wall is set; nothing happens by that alone. */
  setWall(ms: number): void;
  /** Acts that wait for their time. */
  pending(): number;
}

export function setClock(wallMs: number): SetClock {
  let steady = 0;
  let wall = wallMs;
  const acts = new Set<{ readonly at: number; readonly act: () => void }>();
  return {
    wallMs: () => wall,
    steadyMs: () => steady,
    after: (ms, act) => {
      const entry = { at: steady + ms, act };
      acts.add(entry);
      return () => acts.delete(entry);
    },
    advance: (ms) => {
      const end = steady + ms;
      for (;;) {
        const next = [...acts].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        const to = next?.at ?? end;
        wall += Math.max(0, to - steady);
        steady = Math.max(steady, to);
        if (next === undefined) return;
        acts.delete(next);
        next.act();
      }
    },
    setWall: (ms) => void (wall = ms),
    pending: () => acts.size,
  };
}
