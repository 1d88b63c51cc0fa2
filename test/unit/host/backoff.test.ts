import { describe, expect, test } from "bun:test";
import { backoff } from "../../../src/host/backoff.ts";

describe("backoff", () => {
  test("doubles up to its bound", () => {
    const pause = backoff(100, 1000, () => 1);
    expect([1, 2, 3, 4, 5, 6].map(() => pause.next())).toEqual([100, 200, 400, 800, 1000, 1000]);
  });

  test("waits at least half of each step", () => {
    const pause = backoff(100, 1000, () => 0);
    expect([pause.next(), pause.next()]).toEqual([50, 100]);
  });

  test("begins again after a reset", () => {
    const pause = backoff(100, 1000, () => 1);
    pause.next();
    pause.next();
    pause.reset();
    expect(pause.next()).toBe(100);
  });
});
