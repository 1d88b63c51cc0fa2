import { expect, test } from "bun:test";
import { SpanQueue } from "../../../../src/telemetry/otlp/span-queue.ts";

const span = (text: string) => new TextEncoder().encode(text);
const texts = (spans: readonly Uint8Array[]) => spans.map((one) => new TextDecoder().decode(one));

test("the oldest go when there are too many, or too many bytes", () => {
  const queue = new SpanQueue({ spans: 3, bytes: 100 });
  expect(queue.add(["a", "b", "c", "d"].map(span))).toBe(1);
  expect(texts(queue.take({ spans: 9, bytes: 99 }))).toEqual(["b", "c", "d"]);
  queue.done(true);
  expect(queue.size).toBe(0);
  const small = new SpanQueue({ spans: 100, bytes: 20 });
  expect(small.add(["aaaaa", "bbbbb", "ccccc", "ddddd", "eeeee"].map(span))).toBe(1);
  expect(small.size).toBe(4);
});

test("one that would take a quarter of all room for itself is dropped", () => {
  const queue = new SpanQueue({ spans: 100, bytes: 20 });
  expect(queue.add([span("123456"), span("1")])).toBe(1);
  expect(queue.size).toBe(1);
});

test("what is on its way is not dropped, and comes first again when it was not taken", () => {
  const queue = new SpanQueue({ spans: 3, bytes: 100 });
  queue.add(["a", "b"].map(span));
  expect(texts(queue.take({ spans: 2, bytes: 100 }))).toEqual(["a", "b"]);
  expect(queue.add(["c", "d"].map(span))).toBe(1);
  queue.done(false);
  expect(texts(queue.take({ spans: 9, bytes: 100 }))).toEqual(["a", "b", "d"]);
});

test("a request holds no more than it may, and one span in any case", () => {
  const queue = new SpanQueue({ spans: 10, bytes: 100 });
  queue.add(["aaaa", "bbbb", "cc"].map(span));
  expect(queue.take({ spans: 9, bytes: 8 })).toHaveLength(2);
  queue.done(true);
  expect(texts(queue.take({ spans: 9, bytes: 1 }))).toEqual(["cc"]);
});
