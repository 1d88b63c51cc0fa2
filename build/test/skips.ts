// What a test run left out, as `test/support/may-run.ts` recorded it.

import type { Skip } from "../../test/support/may-run.ts";

/** Reads the records, one JSON line each; equal ones count once. */
export function readSkips(text: string): readonly Skip[] {
  const lines = new Set(text.split("\n").filter((line) => line !== ""));
  return [...lines].map((line): unknown => JSON.parse(line)).filter(isSkip);
}

export function skipsText(skips: readonly Skip[]): string {
  return ["\nSkipped:", ...skips.map(({ what, missing }) => `  ${what}: ${missing}`)].join("\n");
}

function isSkip(value: unknown): value is Skip {
  return typeof value === "object" && value !== null && "what" in value && "missing" in value;
}
