// Documents of every make, from their text to their chunks: each word that a reader would see is found again, in its order.

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { chunkDocument } from "../../../../src/knowledge/documents/chunk-document.ts";
import type { Document } from "../../../../src/knowledge/documents/document.ts";
import { readHtml } from "../../../../src/knowledge/documents/html.ts";
import { readMarkdown } from "../../../../src/knowledge/documents/markdown.ts";

type Words = readonly [string, string, string];
type Shape = (words: Words) => string;

const markdownShapes: readonly Shape[] = [
  ([a, b, c]) => `${a} *${b}* __${c}__`,
  ([a, b, c]) => `${a}\n${b}  \n${c}`,
  ([a, b, c]) => `# ${a} \`${b}\` ${c} #`,
  ([a, b, c]) => `### ${a} _${b}_\n${c}`,
  ([a, b, c]) => `${a} ${b}\n---\n${c}`,
  ([a, b, c]) => `${a}\n===\n\n${b}\n\n***\n\n${c}`,
  ([a, b, c]) => `- ${a}\n  - ${b}\n\n    ${c}`,
  ([a, b, c]) => `1) ${a}\n2) [${b}](http://x "t")\n3) ![${c}](y)`,
  ([a, b, c]) => `> ${a}\n> # ${b}\n\n    ${c}`,
  ([a, b, c]) => `\`\`\`${a}\n# ${b}\n\n${c}\n\`\`\``,
  ([a, b, c]) => `~~~\n${a}\n${b}\n---\n${c}\n~~~`,
  ([a, b, c]) => `| ${a} | ${b} |\n|---|---|\n| ${c} | |`,
  ([a, b, c]) => `<div>${a} <b>${b}</b>\n\n${c} &amp; <br>\n\n</div>`,
  ([a, b, c]) => `- [x] ${a}\n- ~~${b}~~\n- <b>${c}</b>`,
  ([a, b, c]) => `- # ${a}\n- ${b}\n  ===\n\n[l]: http://x\n[${c}][l]`,
];

const htmlShapes: readonly Shape[] = [
  ([a, b, c]) => `<p>${a} <b>${b}</b><br>${c}`,
  ([a, b, c]) => `<h2>${a}<em>${b}</em></h2>${c}`,
  ([a, b, c]) => `<div><h1> ${a} </h1><h4>${b}</h4><span>${c}</span></div>`,
  ([a, b, c]) => `<ul><li>${a}<li>${b}</ul>${c}`,
  ([a, b, c]) => `<table><tr><th>${a}<td>${b}</td></tr><tr><td>${c}</table>`,
  ([a, b, c]) => `<pre>${a}\n<span>${b}</span></pre><p>${c}</p>`,
  ([a, b, c]) => `<nav>no</nav>${a}<script>no()</script>${b}<!-- no -->${c}<style>no{}</style>`,
  ([a, b, c]) => `<section><p>${a}</section><blockquote>${b}</blockquote><dl><dt>${c}<dd></dl>`,
];

/** A document and the words in it, all different. */
function documents(shapes: readonly Shape[], between: string) {
  return fc.array(fc.nat(shapes.length - 1), { maxLength: 25 }).map((picks) => {
    const words = picks.map((_, at): Words => [`Wa${at}x`, `Wb${at}x`, `Wc${at}x`]);
    const blocks = words.map((three, at) => shapes[picks[at] ?? 0]?.(three) ?? "");
    return { text: blocks.join(between), words: words.flat() };
  });
}

/** Each word once, where it came first: headings stand over several chunks. */
function wordsOf(document: Document, maxTokens: number): string[] {
  const chunks = chunkDocument(document, { maxTokens, overlap: 4 });
  const found = chunks.flatMap(({ headings, text }) => [...headings, text].join(" ").match(/W[abc]\d+x/g) ?? []);
  return [...new Set(found)];
}

const limits = fc.integer({ min: 16, max: 120 });

describe("no word of a document is lost or comes out of its place", () => {
  test("in Markdown", () => {
    fc.assert(
      fc.property(documents(markdownShapes, "\n\n"), limits, ({ text, words }, maxTokens) => {
        expect(wordsOf(readMarkdown(text), maxTokens)).toEqual(words);
      }),
      { numRuns: 300 },
    );
  });

  test("in HTML", () => {
    fc.assert(
      fc.property(documents(htmlShapes, "\n"), limits, ({ text, words }, maxTokens) => {
        const document = readHtml(`<!doctype html><title>t</title><body>${text}</body>`);
        expect(wordsOf(document, maxTokens)).toEqual(words);
        expect(JSON.stringify(document)).not.toContain("no");
      }),
      { numRuns: 300 },
    );
  });
});

test("no text makes a reader throw, and no heading is empty", () => {
  const noise = fc
    .array(
      fc.constantFrom(
        "#",
        "-",
        ">",
        "`",
        "~",
        "|",
        "*",
        "_",
        "[",
        "](",
        "<",
        ">",
        "<h1>",
        "</h1>",
        "<pre>",
        "&",
        ";",
        "=",
        "\n",
        "\n\n",
        " ",
        "\t",
        "w",
        "1.",
        "<!--",
        "-->",
        "\\",
      ),
      {
        maxLength: 120,
      },
    )
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(noise, (text) => {
      for (const document of [readMarkdown(text), readHtml(text)]) {
        for (const { headings } of document.sections)
          for (const heading of headings) expect(heading.trim()).not.toBe("");
        chunkDocument(document, { maxTokens: 32, overlap: 8 });
      }
    }),
    { numRuns: 1_000 },
  );
});
