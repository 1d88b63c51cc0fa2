// Markdown made ready for a parser that tells no positions and bounds no nesting: front matter taken off, headings marked with their lines.

import { marks } from "./markdown-marks.ts";

export interface MarkedSource {
  readonly text: string;
  /** The front matter's. */
  readonly title?: string;
  /** Of what follows the front matter, from 1. */
  readonly firstLine: number;
  /** The line of a marked heading; undefined when it carries no mark. */
  lineOf(heading: string): number | undefined;
  withoutMarks(text: string): string;
}

/** Deeper quotes and lists than anybody writes; each level costs the parser the whole text once more. */
const mostIndent = 100;
const containers = new RegExp(`^(?:[ \\t>]|[-*+](?=[ \\t])|\\d{1,9}[.)](?=[ \\t])){${mostIndent}}[ \\t>*+\\-]*`, "gm");

export function boundNesting(text: string): string {
  return text.replace(containers, (start) => `${start.slice(0, mostIndent)} `);
}

const lineMark = new RegExp(` ?${marks.line}(\\d+)${marks.line} ?`, "u");
const lineMarks = new RegExp(lineMark.source, "gu");

/** A line that may be a heading gets a mark with its number; where it turns out to be none, the mark is taken out of its text. */
export function markHeadings(whole: string): MarkedSource {
  const { title, lines, skipped } = withoutFrontMatter(whole.split("\n"));
  const marked = lines.map((line, at) => markedLine(line, lines[at + 1], at + skipped + 1));
  return {
    text: marked.join("\n"),
    ...(title === undefined ? {} : { title }),
    firstLine: skipped + 1,
    lineOf: (heading) => {
      const number = lineMark.exec(heading)?.[1];
      return number === undefined ? undefined : Number(number);
    },
    withoutMarks: (text) => text.replace(lineMarks, ""),
  };
}

function markedLine(line: string, next: string | undefined, number: number): string {
  const mark = `${marks.line}${number}${marks.line}`;
  const hashes = /^ {0,3}#{1,6}(?=[ \t]+[^ \t#])/.exec(line);
  if (hashes !== null) return `${hashes[0]} ${mark} ${line.slice(hashes[0].length)}`;
  return next !== undefined && isUnderline(next) && mayBeUnderlined(line) ? `${line} ${mark}` : line;
}

function isUnderline(line: string): boolean {
  return /^ {0,3}(?:=+|-+)[ \t]*$/.test(line);
}

/** Not what a mark at its end would make something else: a fence, a rule, a definition of a link, a row of a table. */
function mayBeUnderlined(line: string): boolean {
  return /[\p{L}\p{N}]/u.test(line) && !/^[ \t]*(?:[`~]{3}|\[[^\]]*\]:)|\|[ \t]*$/.test(line);
}

function withoutFrontMatter(lines: readonly string[]): { title?: string; lines: readonly string[]; skipped: number } {
  const fence = /^(?:---|\+\+\+)[ \t]*$/.exec(lines[0] ?? "")?.[0].trim();
  if (fence === undefined) return { lines, skipped: 0 };
  const end = lines.findIndex(
    (line, at) => at > 0 && (line.trimEnd() === fence || (fence === "---" && line.trimEnd() === "...")),
  );
  const inside = lines.slice(1, end);
  if (end < 0 || !inside.every((line) => /^(?:[\w"'.-]+[ \t]*[:=]|[ \t]|[-#[\]{}]|$)/.test(line)))
    return { lines, skipped: 0 };
  const title = inside
    .map((line) => /^title[ \t]*[:=][ \t]*(.+)$/i.exec(line)?.[1])
    .find((found) => found !== undefined);
  const shown = title?.trim().replace(/^(["'])(.*)\1$/, "$2");
  return {
    ...(shown === undefined || shown === "" ? {} : { title: shown }),
    lines: lines.slice(end + 1),
    skipped: end + 1,
  };
}
