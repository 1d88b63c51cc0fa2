// Outputs of models that are calls, and ones that are not: recorded, or constructed after what a family of models publishes of its form.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../build/paths.ts";
import type { ModelTool } from "../../src/model/contract.ts";
import { isRecord, type JsonRecord, recordAt, textAt } from "../../src/model/json.ts";

export interface PrintedOutput {
  readonly title: string;
  readonly isRecorded: boolean;
  readonly text: string;
  /** Empty: it is none. */
  readonly calls: readonly { readonly name: string; readonly input: JsonRecord }[];
}

export const fixtureTools: readonly ModelTool[] = fixture("tools").map((tool) => ({
  name: textAt(tool, "name"),
  description: textAt(tool, "description"),
  parameters: recordAt(tool, "parameters") ?? {},
}));

export const printedCalls: readonly PrintedOutput[] = fixture("calls").map((entry, index) =>
  output(entry, `${index} ${textAt(entry, "model")}: ${textAt(entry, "form")}`),
);

export const printedOtherwise: readonly PrintedOutput[] = fixture("not-calls").map((entry, index) =>
  output(entry, `${index} ${textAt(entry, "about")}`),
);

function output(entry: JsonRecord, title: string): PrintedOutput {
  const { calls } = entry;
  return {
    title,
    isRecorded: entry["origin"] === "recorded",
    text: textAt(entry, "text"),
    calls: (Array.isArray(calls) ? calls.filter(isRecord) : []).map((call) => ({
      name: textAt(call, "name"),
      input: recordAt(call, "input") ?? {},
    })),
  };
}

function fixture(name: string): readonly JsonRecord[] {
  const value: unknown = JSON.parse(readFileSync(join(root, "test", "fixtures", "tool-calls", `${name}.json`), "utf8"));
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
