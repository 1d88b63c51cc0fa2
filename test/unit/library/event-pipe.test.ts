import { expect, test } from "bun:test";
import { EventPipe } from "../../../src/library/event-pipe.ts";

test("hands events over in order, each when it is asked for", async () => {
  const pipe = new EventPipe<number>();
  let taken = 0;
  const pushed = [1, 2, 3].map((event) => pipe.push(event).then(() => (taken += 1)));
  expect(await pipe.next()).toEqual({ done: false, value: 1 });
  await pushed[0];
  expect(taken).toBe(1);
  expect(await pipe.next()).toEqual({ done: false, value: 2 });
  expect(await pipe.next()).toEqual({ done: false, value: 3 });
  await Promise.all(pushed);
});

test("a reader that waits gets the next event at once", async () => {
  const pipe = new EventPipe<string>();
  const next = pipe.next();
  await pipe.push("now");
  expect(await next).toEqual({ done: false, value: "now" });
});

test("once the reader left, nothing waits for it", async () => {
  const pipe = new EventPipe<string>();
  const waiting = pipe.push("unread");
  await pipe.return();
  await waiting;
  await pipe.push("too late");
  expect(await pipe.next()).toEqual({ done: true, value: undefined });
});
