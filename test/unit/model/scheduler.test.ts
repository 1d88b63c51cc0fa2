import { describe, expect, test } from "bun:test";
import type { Slot } from "../../../src/model/scheduler.ts";
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
});
