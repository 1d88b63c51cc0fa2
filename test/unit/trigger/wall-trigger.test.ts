import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { RunStore } from "../../../src/trigger/store/run-store.ts";
import { answered, ScriptedTriggers, settled, trigger } from "../../support/scripted-trigger.ts";
import { type SetClock, setClock } from "../../support/set-clock.ts";

const minute = 60_000;
const hour = 60 * minute;

let clock: SetClock;
let triggers: ScriptedTriggers;

beforeEach(() => startAt("2026-06-01T10:30:00Z"));
afterEach(() => triggers.close());

function startAt(time: string): void {
  clock = setClock(Date.parse(time));
  triggers = new ScriptedTriggers(clock);
}

const hourly = trigger({ type: "cron", expression: "0 * * * *", timezone: "UTC" });

async function pass(ms: number, step = minute): Promise<void> {
  for (let left = ms; left > 0; left -= step) {
    clock.advance(Math.min(step, left));
    await settled();
  }
}

/** The clock on the wall is set; then it is looked at again. */
async function jump(ms: number): Promise<void> {
  clock.setWall(clock.wallMs() + ms);
  await pass(minute);
}

describe("cron", () => {
  test("runs at each of its times, and tells the next", async () => {
    triggers.attach(hourly);
    expect(triggers.desk.statuses("helper")).toEqual([
      { name: "t", kind: "cron", next: "2026-06-01T11:00:00.000Z", isRunning: false, waiting: 0 },
    ]);
    await pass(2 * hour);
    expect(triggers.lines()).toEqual(["done 2026-06-01T11:00", "done 2026-06-01T12:00"]);
    expect(triggers.prompts.map(({ text, conversation, hops }) => [text, conversation, hops])).toEqual([
      ["Well?", "trigger t", 1],
      ["Well?", "trigger t", 1],
    ]);
  });

  test("leaves out what came while the process was down, and says how much", async () => {
    triggers.attach(hourly);
    await pass(hour);
    await triggers.endProcess();
    clock.setWall(clock.wallMs() + 3 * hour);
    triggers.attach(hourly);
    await pass(hour);
    expect(triggers.lines()).toEqual(["done 2026-06-01T11:00", "skipped 2026-06-01T14:00 ×3", "done 2026-06-01T15:00"]);
  });

  test("counts a thousand of very many that were missed, and tells when the last was due", async () => {
    const often = trigger({ type: "cron", expression: "*/5 * * * * *", timezone: "UTC" });
    triggers.attach(often);
    await pass(5_000, 5_000);
    clock.setWall(clock.wallMs() + 24 * hour);
    await pass(5_000, 5_000);
    expect(triggers.lines()).toEqual([
      "done 2026-06-01T10:30",
      "skipped 2026-06-02T10:30 ×1000",
      "done 2026-06-02T10:30",
    ]);
  });

  test("makes up for the last of those when it is told to, once over any number of restarts", async () => {
    const config = { ...hourly, catchUp: "last" } as const;
    triggers.attach(config);
    await triggers.endProcess();
    clock.setWall(clock.wallMs() + 3 * hour);
    for (let start = 0; start < 3; start++) {
      triggers.attach(config);
      await settled();
      await triggers.endProcess();
    }
    triggers.attach(config);
    await settled();
    expect(triggers.lines()).toEqual(["skipped 2026-06-01T12:00 ×2", "done 2026-06-01T13:00"]);
  });

  test("runs no tick twice when the clock goes back, and goes on with those that were never run", async () => {
    triggers.attach(hourly);
    await pass(2 * hour);
    await jump(-2 * hour);
    expect(clock.wallMs()).toBe(Date.parse("2026-06-01T10:31:00Z"));
    await pass(3 * hour);
    expect(triggers.lines()).toEqual(["done 2026-06-01T11:00", "done 2026-06-01T12:00", "done 2026-06-01T13:00"]);
  });

  test("runs no tick twice when the clock goes back while the process is down", async () => {
    triggers.attach(hourly);
    await pass(2 * hour);
    await triggers.endProcess();
    clock.setWall(clock.wallMs() - 2 * hour);
    triggers.attach(hourly);
    await pass(3 * hour);
    expect(triggers.lines()).toEqual(["done 2026-06-01T11:00", "done 2026-06-01T12:00", "done 2026-06-01T13:00"]);
  });

  test("fires no salvo when the clock leaps ahead by years, and goes on when it comes back", async () => {
    triggers.attach(hourly);
    const years = 5 * 365 * 24 * hour;
    await jump(years);
    await pass(hour);
    await jump(-years);
    await pass(hour);
    const [missed, ahead, ...back] = triggers.runs();
    expect(missed).toMatchObject({ state: "skipped", times: 1_000 + 1 });
    expect(ahead).toMatchObject({ state: "done", due: "2031-05-31T11:00:00.000Z" });
    expect(back.map(({ due, state }) => [due, state])).toEqual([["2026-06-01T12:00:00.000Z", "done"]]);
  });

  test("skips a tick while the run before goes on, or has it wait where it is told to", async () => {
    for (const overlap of ["skip", "queue"] as const) {
      const gate = Promise.withResolvers<undefined>();
      triggers.answering = async (prompt) => {
        await gate.promise;
        return answered(prompt);
      };
      triggers.attach({ ...hourly, overlap });
      await pass(3 * hour);
      const states = triggers.runs().map(({ state, times }) => `${state} ${times}`);
      expect(states).toEqual(overlap === "skip" ? ["running 1", "skipped 2"] : ["running 1", "queued 1", "queued 1"]);
      gate.resolve(undefined);
      await pass(minute);
      expect(triggers.prompts.length).toBe(overlap === "skip" ? 1 : 3);
      await triggers.close();
      startAt("2026-06-01T10:30:00Z");
    }
  });

  test("keeps a trigger that stays as it is through a reload, without a tick lost or doubled", async () => {
    triggers.attach(hourly);
    await pass(29 * minute + 59_000, 1_000);
    const end = triggers.attach(hourly);
    end();
    triggers.attach(hourly);
    clock.advance(1_000);
    await settled();
    triggers.attach({ ...hourly, prompt: "Other?" });
    await pass(hour);
    expect(triggers.lines()).toEqual(["done 2026-06-01T11:00", "done 2026-06-01T12:00"]);
    expect(triggers.prompts.map(({ text }) => text)).toEqual(["Well?", "Other?"]);
  });

  test("records a run that the process's end cut off as failed, and does not run its tick again", async () => {
    const gate = Promise.withResolvers<undefined>();
    triggers.answering = (prompt) => gate.promise.then(() => answered(prompt));
    triggers.attach({ ...hourly, catchUp: "last" });
    await pass(31 * minute);
    // What a process finds that was started after a SIGKILL.
    const after = RunStore.open(triggers.folder);
    expect(after.failInterrupted()).toBe(1);
    after.close();
    expect(triggers.runs()).toMatchObject([{ state: "failed", reason: "The runtime ended during the run" }]);
    gate.resolve(undefined);
  });
});

describe("daylight saving in Europe/Berlin", () => {
  const at = (expression: string) => trigger({ type: "cron", expression, timezone: "Europe/Berlin" });
  const dues = () => triggers.runs().map(({ due }) => due.slice(5, 16));

  test("in spring, a time that the clock leaps over runs right after the leap", async () => {
    startAt("2026-03-28T22:00:00Z");
    triggers.attach(at("30 2 * * *"));
    await pass(30 * hour, 10 * minute);
    expect(dues()).toEqual(["03-29T01:00", "03-30T00:30"]);
  });

  test("in autumn, a time that comes twice runs the first time only", async () => {
    startAt("2026-10-24T22:00:00Z");
    triggers.attach(at("30 2 * * *"));
    await pass(30 * hour, 10 * minute);
    expect(dues()).toEqual(["10-25T00:30", "10-26T01:30"]);
  });

  test("what comes every half hour comes every half hour, in both", async () => {
    for (const [from, count] of [
      ["2026-03-29T00:10:00Z", 6],
      ["2026-10-25T00:10:00Z", 6],
    ] as const) {
      startAt(from);
      triggers.attach(at("*/30 * * * *"));
      await pass(3 * hour, 10 * minute);
      expect(triggers.runs().length).toBe(count);
      await triggers.close();
    }
    startAt("2026-06-01T10:30:00Z");
  });
});

describe("at", () => {
  const once = trigger({ type: "at", at: "2026-06-01T14:00:00+02:00" });

  test("runs once, whatever the clock does after it", async () => {
    triggers.attach(once);
    expect(triggers.desk.statuses("helper")[0]?.next).toBe("2026-06-01T12:00:00.000Z");
    await pass(2 * hour);
    await jump(-2 * hour);
    await pass(3 * hour);
    await triggers.endProcess();
    triggers.attach(once);
    await pass(hour);
    expect(triggers.lines()).toEqual(["done 2026-06-01T12:00"]);
    expect(triggers.desk.statuses("helper")[0]?.next).toBeUndefined();
  });

  test("one that is past when it is first seen never runs", async () => {
    triggers.attach(trigger({ type: "at", at: "2026-06-01T10:00:00Z" }, { catchUp: "last" }));
    await pass(hour);
    expect(triggers.lines()).toEqual([]);
  });
});
