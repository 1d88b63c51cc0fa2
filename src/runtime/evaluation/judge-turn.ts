// What of an evaluation's expectations an answer does not meet, in words for who wrote them.

import { compilePatterns } from "../../agent/guards/pattern.ts";
import type { Expectations } from "../../manifest/evaluation/schema-evaluation.ts";
import { formatDuration } from "../../manifest/units.ts";
import type { ToolCallTrace } from "../../telemetry/trace.ts";
import { schemaProblems } from "../../tool/arguments/schema-problems.ts";
import { missingTool } from "./expected-tool.ts";

export interface JudgedTurn {
  readonly answer: string;
  readonly totalMs: number;
  /** Absent: nobody asked for them. */
  readonly tools?: readonly ToolCallTrace[];
}

/** Empty: it meets them all. Rejects with what is wrong with a pattern. */
export async function judgeTurn(expect: Expectations, turn: JudgedTurn): Promise<readonly string[]> {
  const { answer, totalMs, tools = [] } = turn;
  const missing = listed(expect.contains).filter((text) => !includes(answer, text));
  const unwanted = listed(expect.not_contains).filter((text) => includes(answer, text));
  const called = listed(expect.not_tools).filter((name) => tools.some((call) => call.name === name));
  const { max_time: mostMs = Number.POSITIVE_INFINITY } = expect;
  return [
    ...missing.map((text) => `The answer does not contain "${text}"`),
    ...unwanted.map((text) => `The answer contains "${text}"`),
    ...(await unmatched(listed(expect.matches), answer)),
    ...(expect.json_schema === undefined ? [] : await schemaMisses(expect.json_schema, answer)),
    ...(expect.tools ?? []).flatMap((tool) => missingTool(tool, tools) ?? []),
    ...called.map((name) => `The tool "${name}" was called`),
    ...(totalMs > mostMs ? [`It took ${Math.round(totalMs)} ms, longer than ${formatDuration(mostMs)}`] : []),
  ];
}

/** Whether judging takes a look at the tools that were called. */
export function looksAtTools({ tools, not_tools }: Expectations): boolean {
  return tools !== undefined || not_tools !== undefined;
}

function listed(given: string | readonly string[] | undefined): readonly string[] {
  return typeof given === "string" ? [given] : (given ?? []);
}

/** Models write a word now so, now so: case does not count. */
function includes(answer: string, text: string): boolean {
  return answer.toLowerCase().includes(text.toLowerCase());
}

async function unmatched(patterns: readonly string[], answer: string): Promise<readonly string[]> {
  const compiled = await compilePatterns(patterns.map((pattern) => ({ name: pattern, pattern })));
  return compiled
    .filter((pattern) => pattern.find(answer) === undefined)
    .map(({ name }) => `The answer does not match "${name}"`);
}

async function schemaMisses(schema: Readonly<Record<string, unknown>>, answer: string): Promise<readonly string[]> {
  const read = readJson(answer);
  if (read === undefined) return ["The answer is no JSON"];
  const misses = await schemaProblems(schema, read.value, { whole: "the value", part: "key" });
  return misses.map((miss) => `The answer does not follow the schema: ${miss}`);
}

function readJson(answer: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(answer) };
  } catch {
    return undefined; // A SyntaxError: no JSON.
  }
}
