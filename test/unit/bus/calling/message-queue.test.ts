import { expect, test } from "bun:test";
import { MessageQueue } from "../../../../src/bus/calling/message-queue.ts";
import { rejection } from "../../../support/rejection.ts";

function queueOf(limitBytes: number): MessageQueue<string> {
  return new MessageQueue(limitBytes, () => new Error("full"));
}

test("items come in order, waiting for them or not", async () => {
  const queue = queueOf(10);
  queue.push("a", 1);
  queue.push("b", 1);
  expect([await queue.next(), await queue.next()]).toEqual(["a", "b"]);
  const next = queue.next();
  queue.push("c", 1);
  expect(await next).toBe("c");
});

test("a failure is met after what came before it, the first one only", async () => {
  const queue = queueOf(10);
  queue.push("a", 1);
  queue.fail(new Error("first"));
  queue.fail(new Error("second"));
  queue.push("late", 1);
  expect(await queue.next()).toBe("a");
  expect(await rejection(queue.next())).toContain("first");
  expect(await rejection(queue.next())).toContain("first");
});

test("an abort is met at once", async () => {
  const queue = queueOf(10);
  queue.push("a", 1);
  queue.abort(new Error("now"));
  expect(await rejection(queue.next())).toContain("now");
  const waiting = queueOf(10);
  const next = waiting.next();
  waiting.abort(new Error("now"));
  expect(await rejection(next)).toContain("now");
});

test("more than the limit unread is a failure; what was read makes room", async () => {
  const queue = queueOf(3);
  queue.push("a", 3);
  expect(await queue.next()).toBe("a");
  queue.push("b", 3);
  queue.push("c", 1);
  expect(await rejection(queue.next())).toContain("full");
});
