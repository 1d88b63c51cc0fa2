import { expect, test } from "bun:test";
import { RecordedCalls } from "../../../src/agent/recorded-calls.ts";
import type { ModelAttempt } from "../../../src/model/contract.ts";
import { usageOf } from "../../support/scripted-chat-model.ts";

const attempt: ModelAttempt = {
  model: "local",
  provider: "ollama",
  startedAt: 110,
  totalMs: 50,
  outcome: "ok",
  asked: { model: "smol" },
};

test("a call that answered is one record: from before its wait for a place, with whom it asked", () => {
  const calls = new RecordedCalls(100, () => 160);
  calls.usage(usageOf({ totalMs: 40 }));
  calls.attempt(attempt);
  expect(calls.answered).toMatchObject([{ startMs: 10, waitedMs: 10, totalMs: 40, asked: { model: "smol" } }]);
  expect(calls.failed).toEqual([]);
  expect(calls.tokens()).toBe(13);
});

test("tries that failed, and calls that were left, are told apart from it, in order", () => {
  const calls = new RecordedCalls(100, () => 160);
  calls.attempt({ ...attempt, outcome: "refused" });
  calls.attempt({ ...attempt, outcome: "timeout", startedAt: 120 });
  calls.usage(usageOf({ totalMs: 5 }));
  calls.attempt({ ...attempt, startedAt: 150, totalMs: 6 });
  calls.attempt({ ...attempt, outcome: "stopped" });
  expect(calls.failed.map(({ error }) => error)).toEqual(["refused", "timeout", "stopped"]);
  expect(calls.answered).toMatchObject([{ startMs: 50, waitedMs: 1 }]);
});

test("a model that tells of no calls leaves the usage as it is", () => {
  const calls = new RecordedCalls(100, () => 160);
  calls.usage(usageOf({ totalMs: 40 }));
  calls.usage(usageOf({ totalMs: 10 }));
  expect(calls.answered.map(({ startMs }) => startMs)).toEqual([20, 50]);
});
