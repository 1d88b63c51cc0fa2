// Whether a tool was called as an evaluation expects it.

import type { ToolCallTrace } from "../../telemetry/trace.ts";

export interface ExpectedTool {
  readonly name: string;
  /** Must be among the arguments of one call. */
  readonly input?: Readonly<Record<string, unknown>> | undefined;
}

/** Why not; undefined: it was. */
export function missingTool({ name, input }: ExpectedTool, tools: readonly ToolCallTrace[]): string | undefined {
  const calls = tools.filter((call) => call.name === name);
  if (calls.length === 0) {
    const others = [...new Set(tools.map((call) => call.name))].join(", ");
    return `The tool "${name}" was not called; ${others === "" ? "none was" : `called: ${others}`}`;
  }
  if (input === undefined || calls.some((call) => isAmong(input, call.input))) return undefined;
  const known = calls.flatMap((call) => (call.input === undefined ? [] : [JSON.stringify(call.input).slice(0, 200)]));
  if (known.length === 0) {
    return `The tool "${name}" was called, and the runtime does not keep with what; start it with "muster run --log-prompts"`;
  }
  return `The tool "${name}" was called, and not with ${JSON.stringify(input).slice(0, 200)}; with: ${known.join(", ")}`;
}

/** Of maps every key that is expected, of lists every item in its place. */
function isAmong(expected: unknown, given: unknown): boolean {
  if (typeof expected !== "object" || expected === null) return Object.is(expected, given);
  if (typeof given !== "object" || given === null || Array.isArray(expected) !== Array.isArray(given)) return false;
  if (Array.isArray(expected) && Array.isArray(given) && expected.length !== given.length) return false;
  return Object.entries(expected).every(([key, value]) => isAmong(value, Reflect.get(given, key)));
}
