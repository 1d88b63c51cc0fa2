import { describe, expect, test } from "bun:test";
import type { Slot } from "../../../src/model/scheduler.ts";
import { LoadRun } from "../../../src/model/load-run.ts";
import { Scheduler } from "../../../src/model/scheduler.ts";
import { reasonOf } from "../../support/model-fixtures.ts";

const never = new AbortController().signal;

function taken(slot: Slot | undefined): Slot {
  if (slot === undefined) throw new Error("Expected a free slot");
  return slot;
}

describe("Scheduler", () => {
  test("serves the first prompt of another agent next, however many of one agent wait", async () => {
    const scheduler = new Scheduler(1);
    const held = taken(scheduler.tryTake("a"));
    const order: string[] = [];
    const ask = async (agent: string, name: string) => {
      const slot = await scheduler.take(agent, never);
      order.push(name);
      slot.release();
    };
    const calls = Array.from({ length: 100 }, (_, index) => ask("a", `a${index}`));
    calls.push(ask("b", "b0"), ask("b", "b1"));
    held.release();
    await Promise.all(calls);
    expect(order.slice(0, 5)).toEqual(["b0", "a0", "b1", "a1", "a2"]);
    expect(order).toHaveLength(102);
  });

  test("never grants more than its slots", async () => {
    const scheduler = new Scheduler(3);
    let most = 0;
    const calls = Array.from({ length: 50 }, async (_, index) => {
      const slot = await scheduler.take(`agent${index % 7}`, never);
      most = Math.max(most, scheduler.counts().busy);
      await Promise.resolve();
      slot.release();
      slot.release();
    });
    await Promise.all(calls);
    expect(most).toBe(3);
    expect(scheduler.counts()).toEqual({ parallel: 3, busy: 0, waiting: 0, finishing: 0, granted: 50 });
  });

  test("forgets one that gives up waiting", async () => {
    const scheduler = new Scheduler(1);
    const held = taken(scheduler.tryTake("a"));
    const leaving = new AbortController();
    const waiting = scheduler.take("b", leaving.signal);
    expect(scheduler.counts().waiting).toBe(1);
    leaving.abort(new Error("gone"));
    expect(await reasonOf(waiting)).toEqual(new Error("gone"));
    expect(scheduler.counts().waiting).toBe(0);
    held.release();
    expect(taken(scheduler.tryTake("c"))).toBeDefined();
  });

  test("refuses one whose signal has fired already", async () => {
    const scheduler = new Scheduler(1);
    expect(await reasonOf(scheduler.take("a", AbortSignal.abort(new Error("gone"))))).toEqual(new Error("gone"));
    expect(scheduler.counts().busy).toBe(0);
  });

  test("holds a slot as finishing until the provider is done, also when that fails", async () => {
    const scheduler = new Scheduler(1);
    const work = Promise.withResolvers<undefined>();
    taken(scheduler.tryTake("a")).releaseAfter(work.promise);
    expect(scheduler.counts()).toMatchObject({ busy: 0, finishing: 1 });
    expect(scheduler.tryTake("b")).toBeUndefined();
    const waiting = scheduler.take("b", never);
    work.reject(new Error("no answer"));
    const slot = await waiting;
    expect(scheduler.counts()).toMatchObject({ busy: 1, finishing: 0 });
    slot.release();
  });

  test("serves those who wait when it gets more slots", async () => {
    const scheduler = new Scheduler(1);
    taken(scheduler.tryTake("a"));
    const waiting = scheduler.take("a", never);
    scheduler.resize(2);
    await waiting;
    expect(scheduler.counts()).toMatchObject({ parallel: 2, busy: 2 });
  });

  test("takes no more in than its slots after it got fewer", () => {
    const scheduler = new Scheduler(2);
    const first = taken(scheduler.tryTake("a"));
    taken(scheduler.tryTake("a"));
    scheduler.resize(1);
    first.release();
    expect(scheduler.tryTake("a")).toBeUndefined();
  });

  test("serves an agent that always waits though others come and go", async () => {
    const scheduler = new Scheduler(1);
    const order: string[] = [];
    const ask = async (agent: string) => {
      const slot = await scheduler.take(agent, never);
      order.push(agent);
      await Promise.resolve();
      return slot;
    };
    const held = taken(scheduler.tryTake("patient"));
    const patient = Array.from({ length: 5 }, async () => (await ask("patient")).release());
    const comeAndGo = async (agent: string) => {
      for (let time = 0; time < 20; time++) (await ask(agent)).release();
    };
    const hasty = [comeAndGo("b"), comeAndGo("c")];
    held.release();
    await Promise.all([...patient, ...hasty]);
    expect(order.lastIndexOf("patient")).toBeLessThan(18);
  });
});

describe("calls of several loads", () => {
  /** Twelve agents with five calls each, every second one of them of the other model; the order in which models are asked. */
  async function orderOfLoads(scheduler: Scheduler, answered: () => void = () => undefined): Promise<string[]> {
    const order: string[] = [];
    const held = taken(scheduler.tryTake("first", "A"));
    const ask = async (agent: number) => {
      const load = agent % 2 === 0 ? "A" : "B";
      const slot = await scheduler.take(`agent${agent}`, never, load);
      order.push(load);
      answered();
      slot.release();
    };
    const agents = Array.from({ length: 12 }, (_, agent) => agent);
    const calls = Array.from({ length: 5 }, () => agents)
      .flat()
      .map(ask);
    held.release();
    await Promise.all(calls);
    return order;
  }

  function runsOf(order: readonly string[]): number[] {
    const runs: number[] = [];
    for (const [index, load] of order.entries()) {
      if (order[index - 1] === load) runs.push((runs.pop() ?? 0) + 1);
      else runs.push(1);
    }
    return runs;
  }

  test("those of one load are taken next to each other, and no more than eight while another load waits", async () => {
    const runs = runsOf(await orderOfLoads(new Scheduler(1)));
    // Sixty calls: seven switches, not fifty-nine.
    expect(runs).toEqual([8, 8, 8, 8, 8, 8, 6, 6]);
  });

  test("a run ends when it has lasted too long for those of another load", async () => {
    let nowMs = 0;
    const run = new LoadRun({ grants: 100, ms: 30_000 }, () => nowMs);
    const runs = runsOf(await orderOfLoads(new Scheduler(1, run), () => (nowMs += 10_000)));
    expect(Math.max(...runs.slice(0, -2))).toBe(3);
  });

  test("agents of one load are served in turn within a run", async () => {
    const scheduler = new Scheduler(1);
    const held = taken(scheduler.tryTake("a", "A"));
    const order: string[] = [];
    const ask = async (agent: string, load: string) => {
      const slot = await scheduler.take(agent, never, load);
      order.push(agent);
      slot.release();
    };
    const calls = [ask("a", "A"), ask("a", "A"), ask("b", "A"), ask("other", "B"), ask("c", "A"), ask("b", "A")];
    held.release();
    await Promise.all(calls);
    expect(order).toEqual(["b", "c", "a", "b", "a", "other"]);
  });
});
