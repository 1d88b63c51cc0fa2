import { describe, expect, test } from "bun:test";
import { readMarkdown } from "../../../../src/knowledge/documents/markdown.ts";

function sections(...lines: string[]) {
  return readMarkdown(lines.join("\n")).sections;
}

describe("readMarkdown", () => {
  test("puts text under its headings, with the line of the nearest one", () => {
    expect(sections("before", "", "# One", "a", "", "### Deep", "b", "## Two", "c")).toEqual([
      { headings: [], line: 1, text: "before" },
      { headings: ["One"], line: 3, text: "a" },
      { headings: ["One", "Deep"], line: 6, text: "b" },
      { headings: ["One", "Two"], line: 8, text: "c" },
    ]);
  });

  test("takes underlined headings, and their words without their marks", () => {
    expect(sections("One *two* `three`", "===", "a", "", "Four [five](http://x)", "---", "b")).toEqual([
      { headings: ["One two `three`"], line: 1, text: "a" },
      { headings: ["One two `three`", "Four five"], line: 5, text: "b" },
    ]);
  });

  test("sees no heading in fenced, indented and inline code, in quotes and in lists", () => {
    const found = sections(
      "# One",
      "```sh",
      "# no",
      "```",
      "---",
      "",
      "    # nor",
      "",
      "`# nor`",
      "",
      "> # nor",
      "- # nor",
    );
    expect(found.map(({ headings }) => headings)).toEqual([["One"]]);
    expect(found[0]?.text).toContain("```sh\n# no\n```");
  });

  test("keeps code as it stands, with tags and marks of headings in it", () => {
    const code = ["<div>", "# x", "", "  a  b", "Title", "==="];
    expect(sections("~~~html", ...code, "~~~")[0]?.text).toBe(`\`\`\`html\n${code.join("\n")}\n\`\`\``);
  });

  test("shows links and images by their text, and no tags", () => {
    const [only] = sections(
      "See [the manual](https://example.org/a?b) <https://x.org> ![a valve](v.png) <b>now</b> a < b.",
    );
    expect(only?.text).toBe("See the manual https://x.org a valve now a < b.");
  });

  test("joins the lines of a paragraph, and keeps tables and lists in lines", () => {
    const [only] = sections("a", "b", "", "| h | i |", "| - | - |", "| 1 | 2 |", "", "3. x", "   - y", "4. z");
    expect(only?.text).toBe("a b\n\n| h | i |\n| 1 | 2 |\n\n3. x\n  - y\n4. z");
  });

  test("takes the text out of HTML blocks", () => {
    const [only] = sections(
      "<details>",
      "<summary>More</summary>",
      "inner &amp; text",
      "<script>alert(1)</script>",
      "</details>",
    );
    expect(only?.text).toBe("More inner & text");
  });

  test("takes front matter off, counts its lines, and has its title head what has no heading", () => {
    const text = ["---", 'title: "Pump 7"', "tags:", "  - water", "---", "intro", "# Own", "a"].join("\n");
    expect(readMarkdown(text)).toEqual({
      title: "Pump 7",
      sections: [
        { headings: ["Pump 7"], line: 6, text: "intro" },
        { headings: ["Own"], line: 7, text: "a" },
      ],
    });
  });

  test("takes a rule at the beginning for no front matter", () => {
    expect(sections("---", "Prose stands here.", "", "---", "more")[0]?.text).toContain("Prose stands here.");
  });

  test("keeps a heading that has nothing under it", () => {
    expect(sections("# One", "## Two")).toEqual([
      { headings: ["One"], line: 1, text: "" },
      { headings: ["One", "Two"], line: 2, text: "" },
    ]);
  });

  test("is not fooled by the characters that it marks with", () => {
    const [only] = sections("a\u{10FFF0}1b\u{10FFF1}\u{10FFF4}7\u{10FFF4}c");
    expect(only).toEqual({ headings: [], line: 1, text: "a1b7c" });
  });

  for (const [name, hostile] of [
    ["quotes", `${">".repeat(100_000)}${"text ".repeat(200_000)}`],
    ["lists", `${"- ".repeat(50_000)}${"text ".repeat(200_000)}`],
    ["quoted lists", `${"> - ".repeat(50_000)}${"text ".repeat(200_000)}`],
    ["emphasis", `${"*_".repeat(50_000)}text${"_*".repeat(50_000)}`],
    ["brackets", `${"![".repeat(100_000)}text${"](u)".repeat(100_000)}`],
    ["references", "&amp;".repeat(300_000)],
    ["unfinished comments", "<!--".repeat(300_000)],
    ["headings", "# a\n".repeat(50_000)],
  ] as const) {
    test(`reads deep and endless ${name} in its stride`, () => {
      const startedAt = performance.now();
      readMarkdown(hostile);
      expect(performance.now() - startedAt).toBeLessThan(8_000);
    });
  }
});
