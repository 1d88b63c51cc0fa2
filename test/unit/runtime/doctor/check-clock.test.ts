import { expect, test } from "bun:test";
import { checkClock, type ClockFacts, type ServerTime } from "../../../../src/runtime/doctor/check-clock.ts";
import { findingsOf, linesOf } from "./findings.ts";

const builtS = Date.UTC(2026, 9, 1) / 1_000;
const nowMs = Date.UTC(2026, 10, 22);

function clock(given: Partial<Omit<ClockFacts, "serverTimes">> & { readonly times?: readonly ServerTime[] } = {}) {
  const { times = [], ...facts } = given;
  return checkClock({
    nowMs: () => nowMs,
    sourceTimeS: builtS,
    isSynchronised: () => Promise.resolve(undefined),
    latestWriteMs: () => Promise.resolve(undefined),
    serverTimes: () => Promise.resolve(times),
    ...facts,
  });
}

function server(driftMs: number): ServerTime {
  return { whose: 'endpoint "cloud"', ms: nowMs - driftMs, heardMs: nowMs };
}

test("a clock before the executable was made is wrong", async () => {
  expect(await linesOf(clock({ nowMs: () => 0 }))).toEqual([
    "problem: It is 1970-01-01T00:00:00Z here, before this executable was made (2026-10-01T00:00:00Z)",
  ]);
});

test("a clock decades ahead is wrong, also one beyond all dates", async () => {
  expect((await findingsOf(clock({ nowMs: () => Date.UTC(2090, 0, 1) })))[0]?.result).toBe("problem");
  expect((await findingsOf(clock({ nowMs: () => 9e15 })))[0]?.result).toBe("problem");
});

test("a build that does not know its time is held against the first year of all", async () => {
  expect((await findingsOf(clock({ sourceTimeS: 0, nowMs: () => Date.UTC(2025, 5, 1) })))[0]?.result).toBe("problem");
  expect((await findingsOf(clock({ sourceTimeS: 0 })))[0]?.result).toBe("ok");
});

test("drift against a server is nothing, a warning or a problem by its size", async () => {
  expect(await linesOf(clock({ times: [server(2_000)] }))).toEqual([
    'ok: 2026-11-22T00:00:00Z, agrees with endpoint "cloud"',
  ]);
  expect(await linesOf(clock({ times: [server(-90_000)] }))).toEqual([
    'warning: The clock is 90 s behind that of endpoint "cloud"',
  ]);
  expect(await linesOf(clock({ times: [server(3_600_000)] }))).toEqual([
    'problem: The clock is 3600 s ahead of that of endpoint "cloud"',
  ]);
});

test("files from the future tell that the clock went back", async () => {
  const later = () => Promise.resolve(nowMs + 400 * 24 * 3_600_000);
  expect((await findingsOf(clock({ latestWriteMs: later })))[0]?.text).toStartWith("The clock went back");
});

test("a clock that follows no server is a warning, and one that does is said to", async () => {
  expect(await linesOf(clock({ isSynchronised: () => Promise.resolve(false) }))).toEqual([
    "warning: The clock follows no time server",
  ]);
  expect(await linesOf(clock({ isSynchronised: () => Promise.resolve(true) }))).toEqual([
    "ok: 2026-11-22T00:00:00Z, set by a time server",
  ]);
});
