// Markdown by the runtime's own CommonMark parser: what is text, in which heading, and where each heading stands in the file.

import type { Document, Section } from "./document.ts";
import { HeadingPath, headingText } from "./heading-path.ts";
import { htmlText } from "./html.ts";
import { boundNesting, markHeadings, type MarkedSource } from "./markdown-source.ts";
import { marks, unmarked, withoutTags, withTags } from "./markdown-marks.ts";

export function readMarkdown(text: string): Document {
  const source = markHeadings(boundNesting(unmarked(text)));
  const rendered = withoutTags(Bun.markdown.render(source.text, callbacks()));
  const sections = sectionsOf(rendered, source);
  return { ...(source.title === undefined ? {} : { title: source.title }), sections };
}

/** Headings come out between marks, so that they can be found in the text; the others as the text that a reader sees. */
function callbacks(): Parameters<typeof Bun.markdown.render>[1] {
  return {
    text: (text) => (/^<[^>]*>$/.test(text) ? `${marks.tag}${text}${marks.tagEnd}` : text),
    heading: (text, { level }) => `${marks.heading}${level}${text}${marks.headingEnd}`,
    paragraph: (text) => `${text.replaceAll("\n", " ")}\n\n`,
    blockquote: (text) => `${noHeadings(text)}\n\n`,
    code: (text, meta) => codeBlock(withTags(text), meta?.language),
    codespan: (text) => `\`${withTags(text)}\``,
    list: (text, { depth }) => (depth === 0 ? `${text}\n` : `\n${text}`),
    listItem: (text, { depth, index, ordered, start }) => {
      const mark = ordered ? `${(start ?? 1) + index}.` : "-";
      return `${"  ".repeat(Math.min(depth, 8))}${mark} ${noHeadings(text).trim()}\n`;
    },
    table: (text) => `${text}\n`,
    tr: (text) => `${text}|\n`,
    th: cell,
    td: cell,
    html: (text) => `${htmlText(withTags(text))}\n\n`,
    hr: () => "\n",
  };
}

function cell(text: string): string {
  return `| ${text.replaceAll("\n", " ")} `;
}

function codeBlock(text: string, language = ""): string {
  const fence = text.includes("```") ? "~~~~" : "```";
  return `${fence}${language}\n${text.replace(/\n*$/, "\n")}${fence}\n\n`;
}

/** A quoted heading, or one in a list, heads nothing of this document. */
function noHeadings(text: string): string {
  if (!text.includes(marks.heading)) return text;
  return text.replaceAll(marks.anyHeading, (_whole, _level, heading: string) => `${heading}\n\n`);
}

function sectionsOf(rendered: string, source: MarkedSource): Section[] {
  const path = new HeadingPath(source.title);
  const sections: Section[] = [];
  let at = 0;
  let line: number | undefined = source.firstLine;
  const add = (text: string) => {
    const isTop = sections.length === 0 && at === 0;
    const body = source
      .withoutMarks(text)
      .replace(/\n{3,}/g, "\n\n")
      .trim();
    const headings = path.current();
    if (body === "" && (isTop || headings.length === 0)) return;
    sections.push({ headings, ...(line === undefined ? {} : { line }), text: body });
  };
  for (const match of rendered.matchAll(marks.anyHeading)) {
    add(rendered.slice(at, match.index));
    at = match.index + match[0].length;
    const heading = match[2] ?? "";
    line = source.lineOf(heading);
    path.enter(Number(match[1]), headingText(source.withoutMarks(heading)));
  }
  add(rendered.slice(at));
  return sections;
}
