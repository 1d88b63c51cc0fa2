import { expect, test } from "bun:test";
import { boundedText } from "../../../src/tool/bounded-text.ts";

test("text that fits is left alone", () => {
  expect(boundedText("ä", 2)).toBe("ä");
});

test.each([10, 11, 12, 13, 14])("head and tail of %i bytes are kept, no character cut in two", (maxBytes) => {
  const text = `A${"ä€😀".repeat(50)}Z`;
  const bounded = boundedText(text, maxBytes);
  const [head = "", tail = ""] = bounded.split(/\n\[… \d+ bytes left out …\]\n/);
  expect(text).toStartWith(head);
  expect(text).toEndWith(tail);
  expect(head).not.toContain("\uFFFD");
  expect(Buffer.byteLength(head) + Buffer.byteLength(tail)).toBeLessThanOrEqual(maxBytes);
  const missing = Number(/(\d+) bytes left out/.exec(bounded)?.[1]);
  expect(missing).toBe(Buffer.byteLength(text) - Buffer.byteLength(head) - Buffer.byteLength(tail));
});
