// Calls that come again with the same arguments: a small model may go in circles for ever.

import type { ToolInput } from "../tool/contract.ts";

/** The same call is run so many times in a turn, and no more. */
const mostRuns = 2;

export class RepeatedCalls {
  readonly #runs = new Map<string, number>();
  #stopped = 0;

  /** Calls that were not let through. */
  get stopped(): number {
    return this.#stopped;
  }

  /** Whether this call may run; counts it. */
  mayRun(name: string, input: ToolInput): boolean {
    const key = `${name} ${canonical(input)}`;
    const runs = this.#runs.get(key) ?? 0;
    this.#runs.set(key, runs + 1);
    if (runs < mostRuns) return true;
    this.#stopped += 1;
    return false;
  }
}

/** The same text for the same value, in whatever order its keys are. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === undefined) return "null";
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(",")}}`;
}
