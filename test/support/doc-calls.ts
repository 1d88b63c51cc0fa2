// The examples of a page about a tool: its manifests, and its calls with what the model reads.

import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface DocCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** What the page shows: the text, or the kind of the error and its text. */
  readonly shown: string;
}

export interface DocPage {
  /** Every `yaml` block. */
  readonly manifests: readonly string[];
  /** Every call in `calls` blocks. */
  readonly calls: readonly DocCall[];
}

/** `page`: path below `docs`; `placed`: from the page's text to one that works in the test, such as with another folder. */
export function docPage(page: string, placed: (text: string) => string): DocPage {
  const text = placed(readFileSync(join(import.meta.dirname, "../../docs", page), "utf8"));
  return { manifests: blocksOf(text, "yaml"), calls: blocksOf(text, "calls").flatMap(callsOf) };
}

function blocksOf(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(([, block = ""]) => block);
}

function callsOf(block: string): DocCall[] {
  return block
    .split(/^> /m)
    .slice(1)
    .map((call) => {
      const [line = "", ...shown] = call.split("\n");
      const [, name = "", input = ""] = /^(\S+) (.*)$/.exec(line) ?? [];
      const parsed: unknown = JSON.parse(input);
      return { name, input: isRecord(parsed) ? parsed : {}, shown: shown.join("\n").replace(/\n$/, "") };
    });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
