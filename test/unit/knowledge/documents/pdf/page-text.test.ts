import { expect, test } from "bun:test";
import { pageText, type DrawnText } from "../../../../../src/knowledge/documents/pdf/page-text.ts";

function drawn(str: string, y: number, more: Partial<DrawnText> = {}): DrawnText {
  return { str, hasEOL: true, height: 10, transform: [10, 0, 0, 10, 50, y], ...more };
}

test("lines that stand close are one paragraph, and others are apart", () => {
  expect(pageText([drawn("a", 700), drawn("b", 688), drawn("c", 660)])).toBe("a\nb\n\nc");
});

test("pieces of a line are joined, and a column beside the first begins anew", () => {
  const half = drawn("Oil", 700, { hasEOL: false });
  expect(pageText([half, drawn(" it ", 700), drawn("low", 100), drawn("high", 700)])).toBe("Oil it\n\nlow\n\nhigh");
});

test("marks of structure, empty lines and what is no character leave nothing", () => {
  expect(pageText([{}, drawn("", 700), drawn("  ", 690), drawn("a\u0000\u00ad b", 680), {}])).toBe("a b");
  expect(pageText([])).toBe("");
});
