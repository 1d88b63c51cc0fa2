import { expect, test } from "bun:test";
import fc from "fast-check";
import { setImmediate } from "node:timers/promises";
import type { StreamOwner } from "../../../../src/bus/serving/response-stream.ts";
import { heldLimitBytes, ResponseStream } from "../../../../src/bus/serving/response-stream.ts";
import { TextBatch } from "../../../../src/bus/serving/text-batch.ts";
import { decodeChunk } from "../../../../src/protocol/chunk.ts";
import { ServiceError } from "../../../../src/protocol/service-error.ts";
import type { FakeBus } from "../../../support/fake-bus.ts";
import { fakeBus } from "../../../support/fake-bus.ts";
import { silentLog } from "../../../support/silent-log.ts";

interface Fixture {
  readonly bus: FakeBus;
  readonly stream: ResponseStream;
  readonly held: ResponseStream[];
  readonly closed: ResponseStream[];
  readonly overflows: () => number;
  readonly payloads: () => string[];
}

function fixture(maxPayloadBytes?: number): Fixture {
  const bus = fakeBus(maxPayloadBytes);
  const [held, closed]: [ResponseStream[], ResponseStream[]] = [[], []];
  let overflows = 0;
  const owner: StreamOwner = {
    connection: bus,
    batch: new TextBatch(),
    log: silentLog(),
    onSent: () => undefined,
    onHeld: (one) => held.push(one),
    sendEnd: ({ reply, error }) =>
      (error === undefined || bus.publish(reply, error.payload, error)) && bus.publish(reply, ""),
    onClosed: (one) => closed.push(one),
  };
  const stream = new ResponseStream(owner, "reply", () => overflows++);
  return {
    bus,
    stream,
    held,
    closed,
    overflows: () => overflows,
    payloads: () => bus.published.map((one) => one.payload),
  };
}

function joined(payloads: readonly string[]): string {
  return payloads
    .map((payload) => (payload === "" ? { type: "end" as const } : decodeChunk(payload)))
    .map((chunk) => (chunk.type === "response" ? chunk.text : ""))
    .join("");
}

test("the first text goes out before anything is waited for, later ones wait to be joined", async () => {
  const { stream, payloads } = fixture();
  stream.ack();
  stream.text("o");
  await Promise.resolve();
  stream.text("ne");
  await setImmediate();
  expect(payloads().slice(1)).toEqual(['{"type":"response","data":"one"}']);
  stream.text("two");
  stream.text("three");
  await setImmediate();
  expect(payloads()).toHaveLength(2);
  await Bun.sleep(40);
  expect(payloads().slice(2)).toEqual(['{"type":"response","data":"twothree"}']);
});

test("4 KB are sent without waiting", async () => {
  const { stream, payloads } = fixture();
  stream.text("first");
  await setImmediate();
  for (let index = 0; index < 41; index++) stream.text("x".repeat(100));
  expect(payloads()).toHaveLength(2);
});

test("a status does not overtake the text before it", async () => {
  const { stream, payloads } = fixture();
  stream.text("a");
  stream.status("tool:x");
  expect(payloads()[0]).toBe('{"type":"response","data":"a"}');
  await setImmediate();
  stream.text("b");
  stream.status("tool:y");
  expect(payloads()[2]).toBe('{"type":"response","data":"b"}');
  await Bun.sleep(40);
  expect(payloads()).toHaveLength(4);
});

test("the end is one error, if any, and one empty message without headers; nothing comes after it", async () => {
  const { stream, bus, closed } = fixture();
  stream.ack();
  stream.text("a");
  await setImmediate();
  stream.text("b");
  stream.end(new ServiceError(500, "internal", "Broken"));
  stream.end();
  stream.text("c");
  stream.status("working");
  stream.attachments([{ filename: "f", data: new Uint8Array(1) }]);
  await Bun.sleep(40);
  expect(bus.published.map(({ payload }) => payload)).toEqual([
    '{"type":"status","data":"ack"}',
    '{"type":"response","data":"a"}',
    '{"type":"response","data":"b"}',
    '{"error":"internal","message":"Broken"}',
    "",
  ]);
  expect(bus.published.at(-1)?.options).toBeUndefined();
  expect(closed).toEqual([stream]);
});

test("any pieces of text, at any limit, over a disconnect or not, join to the same text", () => {
  const piece = fc.record({ text: fc.string({ unit: "binary", maxLength: 800 }), isConnected: fc.boolean() });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), fc.integer({ min: 1_024, max: 5_000 }), (pieces, limit) => {
      const { stream, bus, payloads } = fixture(limit);
      stream.ack();
      for (const { text, isConnected } of pieces) {
        bus.setConnected(isConnected);
        if (isConnected && stream.isHeld) stream.release();
        stream.text(text);
      }
      stream.end();
      bus.setConnected(true);
      if (stream.isHeld) stream.release();
      expect(joined(payloads())).toBe(pieces.map(({ text }) => text).join(""));
      expect(payloads().filter((payload) => payload === "")).toHaveLength(1);
      expect(payloads().at(-1)).toBe("");
      for (const payload of payloads()) expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(limit);
    }),
  );
});

test("a stream that cannot send reports itself once, holds, and closes when it was released", () => {
  const { stream, bus, held, closed, payloads } = fixture();
  bus.setConnected(false);
  stream.ack();
  stream.text("a");
  stream.status("working");
  stream.end();
  expect(held).toEqual([stream]);
  expect(closed).toEqual([]);
  bus.setConnected(true);
  stream.release();
  expect(payloads()).toEqual(['{"type":"status","data":"ack"}', '{"type":"response","data":"a"}', ""]);
  expect(closed).toEqual([stream]);
});

test("over 1 MB held, the text is lost and said so once; what was sent stays a true beginning", async () => {
  const { stream, bus, overflows, payloads } = fixture();
  stream.ack();
  stream.text("begun");
  await setImmediate();
  bus.setConnected(false);
  for (let held = 0; held <= 2 * heldLimitBytes; held += 8_192) stream.text("x".repeat(8_192));
  expect(overflows()).toBe(1);
  stream.end(new ServiceError(500, "bus_lost", "Lost"));
  bus.setConnected(true);
  stream.release();
  expect(joined(payloads().slice(0, 2))).toBe("begun");
  expect(payloads().slice(2)).toEqual(['{"error":"bus_lost","message":"Lost"}', ""]);
});

test("an ended stream that is lost still owes its error and its end", () => {
  const { stream, bus, payloads } = fixture();
  stream.ack();
  bus.setConnected(false);
  stream.text("a");
  stream.end();
  stream.lose(new ServiceError(500, "bus_lost", "Lost"));
  bus.setConnected(true);
  stream.release();
  expect(payloads().slice(1)).toEqual(['{"error":"bus_lost","message":"Lost"}', ""]);
});

test("a probe carries its own reply subject, and never comes before the ack", () => {
  const { stream, bus } = fixture();
  stream.probe("working", "probe");
  expect(bus.published).toEqual([]);
  stream.ack();
  stream.probe("working", "probe");
  expect(bus.published.at(-1)).toMatchObject({
    payload: '{"type":"status","data":"working"}',
    options: { reply: "probe" },
  });
});
