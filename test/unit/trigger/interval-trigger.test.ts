import { afterEach, beforeEach, expect, test } from "bun:test";
import { ScriptedTriggers, settled, trigger } from "../../support/scripted-trigger.ts";
import { type SetClock, setClock } from "../../support/set-clock.ts";

const minute = 60_000;
const hour = 60 * minute;
const quarterly = trigger({ type: "every", everyMs: 15 * minute });

let clock: SetClock;
let triggers: ScriptedTriggers;

beforeEach(() => {
  clock = setClock(Date.parse("2026-06-01T10:00:00Z"));
  triggers = new ScriptedTriggers(clock);
});
afterEach(() => triggers.close());

async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= minute) {
    clock.advance(Math.min(minute, left));
    await settled();
  }
}

test("runs after each interval, first after one", async () => {
  triggers.attach(quarterly);
  await pass(14 * minute);
  expect(triggers.lines()).toEqual([]);
  expect(triggers.desk.statuses("helper")[0]?.next).toBe("2026-06-01T10:15:00.000Z");
  await pass(17 * minute);
  expect(triggers.lines()).toEqual(["done 2026-06-01T10:15", "done 2026-06-01T10:30"]);
});

test("a clock that is set, ahead or back, neither adds a run nor drops one", async () => {
  triggers.attach(quarterly);
  await pass(5 * minute);
  clock.setWall(clock.wallMs() + 365 * 24 * hour);
  await pass(20 * minute);
  expect(triggers.prompts.length).toBe(1);
  clock.setWall(clock.wallMs() - 2 * 365 * 24 * hour);
  await pass(20 * minute);
  expect(triggers.prompts.length).toBe(3);
});

test("goes on at its pace after a restart", async () => {
  triggers.attach(quarterly);
  await pass(20 * minute);
  await triggers.endProcess();
  clock.setWall(clock.wallMs() + 5 * minute);
  triggers.attach(quarterly);
  await pass(5 * minute);
  expect(triggers.lines()).toEqual(["done 2026-06-01T10:15", "done 2026-06-01T10:30"]);
});

test("what came while the process was down is left out, or the last of it made up for", async () => {
  for (const catchUp of ["none", "last"] as const) {
    const before = triggers.runs().length;
    const config = { ...quarterly, name: catchUp, catchUp };
    triggers.attach(config);
    await triggers.endProcess();
    clock.setWall(clock.wallMs() + 50 * minute);
    triggers.attach(config);
    await pass(10 * minute);
    const states = triggers
      .runs()
      .slice(before)
      .map(({ state, times }) => `${state} ${times}`);
    expect(states).toEqual(catchUp === "none" ? ["skipped 3", "done 1"] : ["skipped 2", "done 1", "done 1"]);
    await triggers.endProcess();
  }
});

test("a clock that was set back while the process was down starts no run early", async () => {
  triggers.attach(quarterly);
  await pass(15 * minute);
  await triggers.endProcess();
  clock.setWall(clock.wallMs() - 48 * hour);
  triggers.attach(quarterly);
  await pass(14 * minute);
  expect(triggers.prompts.length).toBe(1);
  await pass(2 * minute);
  expect(triggers.prompts.length).toBe(2);
});

test("no timer is left when it ends", async () => {
  const end = triggers.attach(quarterly);
  expect(clock.pending()).toBe(1);
  end();
  await settled();
  expect(clock.pending()).toBe(0);
});
