import { expect, test } from "bun:test";
import { JobTally } from "../../../../src/bus/jobs/job-tally.ts";

const none = { waiting: 0, running: 0, done: 0, failed: 0, expired: 0 };

test("nothing is said before the queue was looked into", () => {
  const tally = new JobTally();
  tally.heard("a");
  expect(tally.of("a")).toBeUndefined();
  tally.looked(new Map([["a", 3]]));
  expect(tally.of("a")).toEqual({ ...none, waiting: 3 });
  expect(tally.of("b")).toEqual(none);
});

test("a job waits, runs and has ended, each in its own number", () => {
  const tally = new JobTally();
  tally.looked(new Map());
  tally.heard("a");
  tally.heard("a");
  tally.took("a");
  expect(tally.of("a")).toEqual({ ...none, waiting: 1, running: 1 });
  tally.ended("a", "done");
  tally.left("a");
  expect(tally.of("a")).toEqual({ ...none, waiting: 1, done: 1 });
  tally.took("a");
  tally.left("a");
  expect(tally.of("a")).toEqual({ ...none, waiting: 1, done: 1 });
});

test("a look puts right what was not heard, and what ended stays counted until the agent is forgotten", () => {
  const tally = new JobTally();
  tally.looked(new Map([["a", 5]]));
  tally.ended("a", "failed");
  tally.ended("a", "expired");
  tally.looked(new Map([["a", 1]]));
  expect(tally.of("a")).toEqual({ ...none, waiting: 1, failed: 1, expired: 1 });
  tally.forget("a");
  expect(tally.of("a")).toEqual({ ...none, waiting: 1 });
});
