import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ScriptedTriggers, settled, trigger } from "../../support/scripted-trigger.ts";
import { type SetClock, setClock } from "../../support/set-clock.ts";

let clock: SetClock;
let triggers: ScriptedTriggers;

beforeEach(() => {
  clock = setClock(Date.parse("2026-06-01T10:30:00Z"));
  triggers = new ScriptedTriggers(clock);
});
afterEach(() => triggers.close());

const hourly = trigger({ type: "cron", expression: "0 * * * *", timezone: "UTC" });
const store = () => join(triggers.folder, "triggers", "runs.sqlite");

async function pass(minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    clock.advance(60_000);
    await settled();
  }
}

test("a record of runs that a disk has spoilt is put aside, and triggers run on", async () => {
  mkdirSync(join(triggers.folder, "triggers"), { recursive: true });
  writeFileSync(store(), "no database ".repeat(200));
  triggers.attach(hourly);
  await pass(31);
  expect(triggers.lines()).toEqual(["done 2026-06-01T11:00"]);
  expect(triggers.log.messages().join()).toContain("The record of runs is broken: it is put aside");
  expect(readdirSync(join(triggers.folder, "triggers")).some((name) => name.includes(".broken-"))).toBe(true);
});

test("a record of runs that cannot be opened keeps triggers from starting, is told, and is tried again", async () => {
  mkdirSync(store(), { recursive: true });
  triggers.attach(hourly);
  expect(triggers.desk.statuses("helper").map(({ kind, problem }) => [kind, problem !== undefined])).toEqual([
    ["cron", true],
  ]);
  expect(triggers.notes.at(-1)).toContain('trigger "t": ');
  rmSync(store(), { recursive: true });
  await pass(31);
  expect(triggers.notes.at(-1)).toBeUndefined();
  expect(triggers.lines()).toEqual(["done 2026-06-01T11:00"]);
});
