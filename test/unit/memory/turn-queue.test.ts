import { expect, test } from "bun:test";
import { turnQueue } from "../../../src/memory/turn-queue.ts";

const never = new AbortController().signal;

test("a queue is idle again once the last one has left", async () => {
  const queue = turnQueue();
  await queue.enter(never);
  const next = queue.enter(never);
  queue.leave();
  await next;
  expect(queue.isIdle()).toBe(false);
  queue.leave();
  expect(queue.isIdle()).toBe(true);
});

test("an aborted signal is refused at once and takes no place", async () => {
  const queue = turnQueue();
  expect(queue.enter(AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone");
  expect(queue.isIdle()).toBe(true);
  await queue.enter(never);
});
