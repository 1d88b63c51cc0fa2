import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { chunkDocument } from "../../../../src/knowledge/documents/chunk-document.ts";
import { embeddedText } from "../../../../src/knowledge/documents/chunk.ts";
import type { Section } from "../../../../src/knowledge/documents/document.ts";
import { readMarkdown } from "../../../../src/knowledge/documents/markdown.ts";
import { tokensOf } from "../../../../src/knowledge/documents/text-tokens.ts";

const long = "word ".repeat(120);

function chunks(sections: readonly Section[], maxTokens = 64, overlap = 0) {
  return chunkDocument({ sections }, { maxTokens, overlap });
}

/** Words that are all different, so that losing or doubling one shows. */
const uniqueText = fc
  .array(
    fc.tuple(
      fc.constantFrom(" ", " ", "\n", "\n\n", ". ", "。", "\n```\n", "\t\t  ", "\n\n\n\n"),
      fc.constantFrom("a", "é", "語", "🙂🙂"),
    ),
    {
      maxLength: 250,
    },
  )
  .map((parts) => parts.map(([gap, letters], at) => `${gap}${letters.repeat((at % 7) + 1)}${at}`).join(""));

const anySection = fc.record({
  headings: fc.array(fc.constantFrom("A", "B", "C"), { maxLength: 3 }),
  text: fc.oneof(uniqueText, fc.string({ unit: "grapheme", maxLength: 400 }), fc.constant("")),
});

describe("chunkDocument", () => {
  test("loses no character of a text, and makes no chunk over the limit", () => {
    fc.assert(
      fc.property(uniqueText, fc.integer({ min: 16, max: 90 }), (text, maxTokens) => {
        const made = chunks([{ headings: ["H"], text }], maxTokens);
        expect(
          made
            .map((chunk) => chunk.text)
            .join("")
            .replace(/\s/g, ""),
        ).toBe(text.trim() === "" ? "H" : text.replace(/\s/g, ""));
        for (const chunk of made) expect(tokensOf(chunk.text)).toBeLessThanOrEqual(maxTokens);
      }),
    );
  });

  test("keeps within the limit with an overlap, and every word still follows the one before", () => {
    fc.assert(
      fc.property(
        uniqueText,
        fc.integer({ min: 20, max: 90 }),
        fc.integer({ min: 1, max: 9 }),
        (text, maxTokens, overlap) => {
          const made = chunks([{ headings: [], text }], maxTokens, overlap);
          let rebuilt = "";
          for (const chunk of made) {
            expect(tokensOf(chunk.text)).toBeLessThanOrEqual(maxTokens);
            const next = chunk.text.replace(/\s/g, "");
            let shared = Math.min(rebuilt.length, next.length);
            while (!rebuilt.endsWith(next.slice(0, shared))) shared--;
            rebuilt += next.slice(shared);
          }
          expect(rebuilt).toBe(text.replace(/\s/g, ""));
        },
      ),
    );
  });

  test("holds for whatever sections there are", () => {
    fc.assert(
      fc.property(fc.array(anySection, { maxLength: 12 }), fc.integer({ min: 16, max: 200 }), (sections, maxTokens) => {
        const made = chunks(sections, maxTokens);
        const all = made
          .map(({ text }) => text)
          .join("")
          .replace(/\s/g, "");
        for (const { text } of made) {
          expect(text).not.toBe("");
          expect(tokensOf(text)).toBeLessThanOrEqual(maxTokens);
        }
        for (const { text } of sections) {
          for (const word of text.split(/\s+/).filter((one) => tokensOf(one) < 8)) expect(all).toContain(word);
        }
      }),
    );
  });

  test("reaches over no heading, so that what is found is cited by its own", () => {
    const made = chunks([
      { headings: ["A"], line: 1, text: "intro" },
      { headings: ["A", "B"], line: 3, text: "bee" },
      { headings: ["A", "C"], line: 5, text: "sea" },
      { headings: ["Z"], line: 9, text: long },
    ]);
    expect(made.slice(0, 3)).toEqual([
      { headings: ["A"], line: 1, text: "intro" },
      { headings: ["A", "B"], line: 3, text: "bee" },
      { headings: ["A", "C"], line: 5, text: "sea" },
    ]);
    for (const { headings } of made.slice(3)) expect(headings).toEqual(["Z"]);
  });

  test("joins no pages", () => {
    const made = chunks([
      { headings: ["A"], page: 1, text: "one" },
      { headings: ["A"], page: 2, text: "two" },
    ]);
    expect(made).toEqual([
      { headings: ["A"], page: 1, text: "one" },
      { headings: ["A"], page: 2, text: "two" },
    ]);
  });

  test("finds a heading that stands alone, unless sections under it name it", () => {
    const made = chunks([
      { headings: ["Safety"], text: "" },
      { headings: ["Care"], text: "" },
      { headings: ["Care", "Daily"], text: "oil" },
    ]);
    expect(made.map(({ headings, text }) => [...headings, text])).toEqual([
      ["Safety", "Safety"],
      ["Care", "Daily", "oil"],
    ]);
  });

  test("keeps a table and a fenced block whole where they fit", () => {
    const table = "| a | b |\n| 1 | 2 |\n| 3 | 4 |";
    const code = "```\nfirst\n\nsecond. third\n```";
    const text = [long, table, long, code, long].join("\n\n");
    const made = chunks([{ headings: [], text }], 40);
    expect(made.some(({ text }) => text.includes(table))).toBe(true);
    expect(made.some(({ text }) => text.includes(code))).toBe(true);
  });

  test("cuts a long paragraph between sentences rather than in one", () => {
    const sentence = "The pump is oiled once a day by whoever has the early shift.";
    const made = chunks([{ headings: [], text: Array.from({ length: 20 }, () => sentence).join(" ") }], 64);
    for (const { text } of made) expect(text.endsWith("shift.")).toBe(true);
  });

  test("begins a chunk with the last words of the one before, if asked to", () => {
    const words = Array.from({ length: 200 }, (_, at) => `w${at}`).join(" ");
    const [first, second] = chunks([{ headings: [], text: words }], 64, 16);
    const last = first?.text.split(" ").at(-1) ?? "";
    expect(second?.text.split(" ").indexOf(last)).toBeGreaterThan(3);
  });

  test("counts the lines of plain text, and names the heading's line of Markdown", () => {
    const text = Array.from({ length: 40 }, (_, at) => `line ${at + 1} of the log`).join("\n");
    const made = chunks([{ headings: [], line: 1, text, isVerbatim: true }], 32);
    for (const chunk of made) expect(chunk.text.startsWith(`line ${chunk.line} of`)).toBe(true);
    expect(new Set(chunks(readMarkdown(`x\n\n# H\n${long}`).sections, 32).map(({ line }) => line))).toEqual(
      new Set([1, 3]),
    );
  });

  test("takes a single line of 50 MB", () => {
    const made = chunks([{ headings: [], line: 1, text: "x".repeat(50_000_000), isVerbatim: true }], 512, 32);
    expect(made.length).toBeGreaterThan(30_000);
  });

  test("refuses limits that leave no room", () => {
    expect(() => chunks([], 8)).toThrow(RangeError);
    expect(() => chunks([], 64, 32)).toThrow(RangeError);
    expect(() => chunks([], NaN)).toThrow(RangeError);
  });
});

describe("embeddedText", () => {
  test("puts the headings over the text, as many as there is room for", () => {
    expect(embeddedText({ headings: ["Pump", "Care"], text: "oil" }, 64)).toBe("Pump > Care\n\noil");
    expect(embeddedText({ headings: ["p".repeat(60), "Care"], text: "oil ".repeat(20) }, 32)).toBe(
      `Care\n\n${"oil ".repeat(20)}`,
    );
    const full = { headings: ["Pump"], text: "x".repeat(94) };
    expect(embeddedText(full, 32)).toBe(full.text);
  });
});
