import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { TriggerConfig } from "../../../../src/manifest/trigger.ts";
import { checkTrigger, type TriggerFacts } from "../../../../src/runtime/doctor/check-trigger.ts";
import { findingsOf, linesOf } from "./findings.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-doctor-triggers-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const nowMs = Date.UTC(2027, 2, 27, 12);

function check(given: Partial<TriggerConfig> & Pick<TriggerConfig, "source">, facts: Partial<TriggerFacts> = {}) {
  const trigger = { name: "t", prompt: "p", catchUp: "none", overlap: "skip", ...given } as const;
  return checkTrigger("trigger a/t", {
    trigger,
    status: undefined,
    nowMs: () => nowMs,
    who: { user: undefined, dropIns: undefined },
    view: () => Promise.resolve({ type: "unseen", reason: "Not now" }),
    ...facts,
  });
}

test("a cron expression shows its next times in its own zone, across the leap of a clock", async () => {
  const source = { type: "cron", expression: "30 2 * * *", timezone: "Europe/Berlin" } as const;
  expect(await findingsOf(check({ source }))).toEqual([
    {
      result: "ok",
      text: "It runs next at 2027-03-28 03:00, 2027-03-29 02:30, 2027-03-30 02:30 (Europe/Berlin)",
      facts: { next: "2027-03-28T01:00:00Z" },
    },
  ]);
});

test("a time that is to come is told, one that is over is a warning", async () => {
  const at = (text: string) => ({ source: { type: "at", at: text } as const });
  expect(await linesOf(check(at("2027-06-01T00:00:00Z")))).toEqual(["ok: It runs once, at 2027-06-01T00:00:00Z"]);
  expect(await linesOf(check(at("2027-01-01T00:00:00Z")))).toEqual([
    "warning: Its time is over since 2027-01-01T00:00:00Z: it does not run again",
  ]);
  expect((await linesOf(check({ ...at("2027-01-01T00:00:00Z"), catchUp: "last" })))[0]).toContain("catch_up is last");
});

test("a folder that is watched must be there", async () => {
  const watch = (path: string) => check({ source: { type: "file", folder: path, settleMs: 1 } });
  expect(await linesOf(watch(folder))).toEqual([`ok: "${folder}" can be watched`]);
  expect(await linesOf(watch(join(folder, "gone")))).toEqual([`problem: There is no folder "${join(folder, "gone")}"`]);
});

test("the folder of an answer is made, where that is possible", async () => {
  const source = { type: "every", everyMs: 1_000 } as const;
  const to = (path: string) => linesOf(check({ source, deliver: { type: "file", path } }));
  expect(await to(join(folder, "a", "{{time}}", "{{run}}.txt"))).toEqual(["ok: It runs while a runtime runs"]);
  expect(await to("/dev/null/a/{{run}}.txt")).toContain('problem: "/dev/null" is no folder');
});

test("subjects of triggers and of answers are looked at by the bus", async () => {
  const source = { type: "subject", subject: "plant.alarm" } as const;
  const deliver = { type: "nats", subject: "plant.summary" } as const;
  expect(await linesOf(check({ source, deliver }))).toEqual(["skipped: Not now", "skipped: Not now"]);
});

test("a runtime's own word comes first", async () => {
  const status = { name: "t", kind: "every", isRunning: false, waiting: 0, next: "2027-03-27T12:00:10.000Z" } as const;
  const source = { type: "every", everyMs: 1_000 } as const;
  expect(await linesOf(check({ source }, { status: { ...status, problem: "It hangs" } }))).toEqual([
    "problem: The runtime says: It hangs",
    "ok: It runs next at 2027-03-27T12:00:10.000Z",
  ]);
});
