import { expect, test } from "bun:test";
import {
  encodePdfMessage,
  parsePdfMessage,
  type PdfMessage,
} from "../../../../../src/knowledge/documents/pdf/pdf-message.ts";

function sent(message: PdfMessage): unknown[] {
  return encodePdfMessage(message)
    .trimEnd()
    .split("\n")
    .map((line) => parsePdfMessage(line));
}

test("messages come as they were sent", () => {
  const page = { type: "page", page: 3, headings: ["A", "B"], text: 'line\n"two"' } as const;
  expect(sent(page)).toEqual([page]);
  expect(sent({ type: "done" })).toEqual([{ type: "done" }]);
  expect(sent({ type: "done", title: "T" })).toEqual([{ type: "done", title: "T" }]);
  const failed = { type: "failed", kind: "encrypted", reason: "why" } as const;
  expect(sent(failed)).toEqual([failed]);
});

test("a long page comes in lines that a reader of lines takes, and is whole again, in between two halves of a character too", () => {
  const text = `x${"🙂\u0001".repeat(20_000)}`;
  const lines = encodePdfMessage({ type: "page", page: 1, headings: [], text }).trimEnd().split("\n");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(60_000);
  const parts = lines.map((line) => parsePdfMessage(line));
  expect(parts.map((part) => (part?.type === "page" ? part.text : "")).join("")).toBe(text);
});

test("a line that is none of ours is no message", () => {
  for (const line of [
    "",
    "Warning: x",
    "null",
    "[]",
    "{}",
    '{"type":"page"}',
    '{"type":"failed","kind":"odd","reason":"x"}',
  ]) {
    expect(parsePdfMessage(line)).toBeUndefined();
  }
});
