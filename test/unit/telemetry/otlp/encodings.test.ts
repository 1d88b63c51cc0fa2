import { expect, test } from "bun:test";
import { jsonEncoding } from "../../../../src/telemetry/otlp/json-encoding.ts";
import { MessageWriter, readMessage } from "../../../../src/telemetry/otlp/protobuf.ts";
import { protobufEncoding } from "../../../../src/telemetry/otlp/protobuf-encoding.ts";
import { Double, type Span } from "../../../../src/telemetry/otlp/span.ts";
import { readSpans } from "../../../support/otlp-collector.ts";

const span: Span = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  parentSpanId: "00f067aa0ba902b7",
  traceState: "a=1",
  name: "chat qwen3:1.7b ✓",
  kind: "client",
  startMs: 1_763_000_000_123.25,
  endMs: 1_763_000_001_000,
  attributes: {
    text: 'quote " line\n \ufffd lone',
    whole: 30,
    negative: -5,
    zero: 0,
    large: 2 ** 40,
    fraction: 0.5,
    wholeByChance: new Double(1),
    yes: true,
    no: false,
    list: ["stop", "length"],
    absent: undefined,
  },
  failure: { message: "why" },
};
const facts = { resource: { "service.name": "press-07" }, version: "1.2.3" };

for (const encoding of [jsonEncoding, protobufEncoding]) {
  test(`a span is read back by another reader as it was, in ${encoding.contentType}`, () => {
    const encoded = [encoding.span(span), encoding.span({ ...span, name: "second" })];
    const body = encoding.request(encoded, facts);
    const [read, second] = readSpans({ headers: { "content-type": encoding.contentType }, body });
    expect(second?.name).toBe("second");
    expect(read).toEqual({
      name: span.name,
      traceId: span.traceId,
      spanId: span.spanId,
      parentSpanId: "00f067aa0ba902b7",
      kind: 3,
      startNano: 1_763_000_000_123_250_000n,
      endNano: 1_763_000_001_000_000_000n,
      attributes: {
        text: 'quote " line\n \ufffd lone',
        whole: 30,
        negative: -5,
        zero: 0,
        large: 2 ** 40,
        fraction: 0.5,
        wholeByChance: 1,
        yes: true,
        no: false,
        list: ["stop", "length"],
      },
      resource: { "service.name": "press-07" },
      status: { code: 2, message: "why" },
    });
  });

  test(`an answer that says nothing is a whole success, in ${encoding.contentType}`, () => {
    for (const answer of ["", "{}", "no answer", "\u00ff\u00ff\u00ff"]) {
      expect(encoding.partialSuccess(new TextEncoder().encode(answer))).toEqual({ rejectedSpans: 0, message: "" });
    }
  });
}

test("what a collector rejects of a request is read in both forms", () => {
  const json = JSON.stringify({ partialSuccess: { rejectedSpans: "3", errorMessage: "too old" } });
  expect(jsonEncoding.partialSuccess(new TextEncoder().encode(json))).toEqual({ rejectedSpans: 3, message: "too old" });
  const partial = new MessageWriter().int64(1, 3).text(2, "too old");
  const answer = new MessageWriter().message(1, partial).end();
  expect(protobufEncoding.partialSuccess(answer)).toEqual({ rejectedSpans: 3, message: "too old" });
  expect(protobufEncoding.partialSuccess(answer.subarray(0, 4))).toEqual({ rejectedSpans: 0, message: "" });
});

test("a message is read with fields of each kind, and refused when it is cut", () => {
  const message = new MessageWriter().uint(1, 300).double(2, 0.5).text(3, "x").fixed32(4, 7).fixed64(5, 9n).end();
  const fields = readMessage(message);
  expect(fields.get(1)).toBe(300n);
  expect(fields.get(3)).toEqual(new TextEncoder().encode("x"));
  expect([...fields.keys()]).toEqual([1, 2, 3, 4, 5]);
  for (let end = 1; end < 3; end++) expect(() => readMessage(message.subarray(0, end))).toThrow(RangeError);
});
