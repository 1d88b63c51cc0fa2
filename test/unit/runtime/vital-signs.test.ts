import { expect, test } from "bun:test";
import { Scheduler } from "../../../src/model/scheduler.ts";
import { busSign, schedulerSign } from "../../../src/runtime/vital-signs.ts";
import { recordedLog } from "../../support/recorded-log.ts";

const never = new AbortController().signal;

function bus(options: { answers?: boolean; isOurs?: boolean; isConnected?: boolean }) {
  const state = { answers: true, isOurs: true, isConnected: true, restarts: 0, ...options };
  return {
    state,
    connection: {
      isConnected: () => state.isConnected,
      rttMs: () => (state.answers ? Promise.resolve(1) : new Promise<number | undefined>(() => undefined)),
    },
    restartServer: () => {
      if (state.isOurs) state.restarts++;
      return state.isOurs;
    },
  };
}

test("a bus that answers is alive, and so is one that is being reconnected to", async () => {
  expect(await busSign(bus({}), 20, recordedLog()).problem()).toBeUndefined();
  expect(await busSign(bus({ isConnected: false, answers: false }), 20, recordedLog()).problem()).toBeUndefined();
});

test("a bundled server that does not answer is started again first, and counts only when that does not help", async () => {
  const dead = bus({ answers: false });
  const sign = busSign(dead, 20, recordedLog());
  expect(await sign.problem()).toBeUndefined();
  expect(dead.state.restarts).toBe(1);
  expect(await sign.problem()).toBe("no round trip over the bus returned within 0.02 s");
  expect(dead.state.restarts).toBe(1);
  dead.state.answers = true;
  expect(await sign.problem()).toBeUndefined();
  dead.state.answers = false;
  expect(await sign.problem()).toBeUndefined();
  expect(dead.state.restarts).toBe(2);
});

test("a server of somebody else that does not answer counts at once", async () => {
  const sign = busSign(bus({ answers: false, isOurs: false }), 20, recordedLog());
  expect(await sign.problem()).toBe("no round trip over the bus returned within 0.02 s");
});

function observed(scheduler: { counts: Scheduler["counts"] }) {
  let now = 0;
  const sign = schedulerSign({
    endpoints: () => [{ name: "ollama", ...scheduler.counts() }],
    longestTurnMs: () => 300_000,
    now: () => now,
  });
  return { problem: () => sign.problem(), pass: (ms: number) => (now += ms) };
}

test("a busy scheduler that serves in turn is alive, however long its queue", async () => {
  const scheduler = new Scheduler(1);
  const { problem, pass } = observed(scheduler);
  const calls = Array.from({ length: 20 }, (_, call) => scheduler.take(`agent${call % 3}`, never));
  let served = 0;
  for (const call of calls) {
    void call.then((slot) => {
      pass(200_000);
      expect(problem()).toBeUndefined();
      served++;
      slot.release();
    });
  }
  await Promise.all(calls);
  expect(served).toBe(20);
});

test("a scheduler whose slot never comes back is wedged once no turn could hold it any more", async () => {
  const scheduler = new Scheduler(1);
  const { problem, pass } = observed(scheduler);
  await scheduler.take("a", never);
  void scheduler.take("b", never);
  expect(problem()).toBeUndefined();
  pass(300_000);
  expect(problem()).toBeUndefined();
  pass(1);
  expect(problem()).toBe('calls wait for "ollama" and none was served for longer than any turn may take');
});

test("a scheduler that lets calls wait beside a free slot is wedged at the second look", () => {
  const counts = () => ({ parallel: 2, busy: 1, waiting: 3, finishing: 0, granted: 9 });
  const { problem } = observed({ counts });
  expect(problem()).toBeUndefined();
  expect(problem()).toBe('calls wait for "ollama" though it has a free slot');
});
