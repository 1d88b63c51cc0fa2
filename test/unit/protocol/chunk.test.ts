import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  ackChunk,
  decodeChunk,
  encodeResponse,
  encodeStatus,
  encodeText,
  packAttachments,
} from "../../../src/protocol/chunk.ts";

const attachment = fc.record({
  filename: fc.stringMatching(/^[a-zé]{1,12}\.bin$/),
  data: fc.uint8Array({ maxLength: 700 }),
});

test("known answers", () => {
  expect(ackChunk).toBe('{"type":"status","data":"ack"}');
  expect(encodeStatus("working")).toBe('{"type":"status","data":"working"}');
  expect(encodeText('a "b"\n')).toBe('{"type":"response","data":"a \\"b\\"\\n"}');
  expect(encodeResponse("a", [])).toBe('{"type":"response","data":"a"}');
  expect(encodeResponse("a", [{ filename: "f", data: new Uint8Array([1]) }])).toBe(
    '{"type":"response","data":{"text":"a","attachments":[{"filename":"f","content":"AQ=="}]}}',
  );
});

test("§6.2 any response comes back as it was sent", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.array(attachment, { maxLength: 3 }), (text, attachments) => {
      expect(decodeChunk(encodeResponse(text, attachments))).toEqual({ type: "response", text, attachments });
    }),
  );
});

test("packed attachments arrive all and in order, in chunks within the limit", () => {
  fc.assert(
    fc.property(fc.array(attachment, { maxLength: 12 }), fc.integer({ min: 1_100, max: 4_000 }), (files, limit) => {
      const { chunks, tooLarge } = packAttachments(files, limit);
      const received = chunks.flatMap((chunk) => {
        expect(Buffer.byteLength(chunk)).toBeLessThanOrEqual(limit);
        const decoded = decodeChunk(chunk);
        return decoded.type === "response" ? decoded.attachments : [];
      });
      expect(received).toEqual(files);
      expect(tooLarge).toEqual([]);
    }),
  );
});

test("an attachment that fits no chunk is named, the others are packed", () => {
  const small = { filename: "small", data: new Uint8Array(10) };
  const large = { filename: "large", data: new Uint8Array(2_000) };
  const { chunks, tooLarge } = packAttachments([large, small], 1_024);
  expect(tooLarge).toEqual([large]);
  expect(chunks).toHaveLength(1);
});

test("no attachments are no chunk", () => {
  expect(packAttachments([], 1_024).chunks).toEqual([]);
});

test("other implementations' forms are read", () => {
  expect(decodeChunk('{"type":"response","data":{"text":"x"}}')).toEqual({
    type: "response",
    text: "x",
    attachments: [],
  });
  expect(decodeChunk('{"type":"response","data":{"attachments":null}}')).toMatchObject({ type: "response", text: "" });
  expect(decodeChunk('{"type":"status","data":"anything","more":1}')).toEqual({ type: "status", status: "anything" });
  expect(decodeChunk('{"type":"later","data":1}')).toEqual({ type: "unknown", name: "later" });
  expect(decodeChunk('{"type":"query","data":{"id":"1","reply_subject":"r","prompt":"p"}}')).toEqual({
    type: "query",
    id: "1",
    replySubject: "r",
    prompt: "p",
    attachments: [],
  });
});

test("what is wrong with an attachment costs neither the text nor the other attachments", () => {
  const payload = '{"type":"response","data":{"text":"x","attachments":[{},{"filename":"a","content":"AQ=="}]}}';
  expect(decodeChunk(payload)).toEqual({
    type: "response",
    text: "x",
    attachments: [{ filename: "a", data: new Uint8Array([1]) }],
    refused: [{ reason: 'an attachment that has no string "filename"' }],
  });
  expect(decodeChunk('{"type":"response","data":{"text":"x","attachments":{}}}')).toMatchObject({
    text: "x",
    refused: [{ reason: "attachments that are no list" }],
  });
});

for (const payload of [
  "",
  "hello",
  "null",
  "[]",
  "{}",
  '{"type":1}',
  '{"type":"status"}',
  '{"type":"response"}',
  '{"type":"response","data":{"text":1}}',
  '{"type":"query","data":{"id":"1","prompt":"p"}}',
  '{"type":"query","data":{"id":"1","prompt":"p","reply_subject":""}}',
]) {
  test(`${payload} is malformed`, () => {
    expect(decodeChunk(payload).type).toBe("malformed");
  });
}

test("nothing makes it throw", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void decodeChunk(text)));
});
