// Whether tests that need something of the machine run: where it is missing they say so, and in CI that is a failure.

import { appendFileSync } from "node:fs";

/** What tests lacked; one JSON line each in the file that `MUSTER_TEST_SKIPS` names, for the end of the run. */
export interface Skip {
  readonly what: string;
  readonly missing: string;
}

/** False, with the reason told, when `missing` says what the machine lacks; throws instead where `CI` is "true": CI has no skips. */
export function mayRun(what: string, missing: string | undefined): boolean {
  if (missing === undefined) return true;
  if (process.env["CI"] === "true") throw new Error(`Cannot run the tests of ${what}: ${missing}`);
  tell({ what, missing });
  return false;
}

function tell(skip: Skip): void {
  const path = process.env["MUSTER_TEST_SKIPS"];
  if (path === undefined) console.warn(`Skipped ${skip.what}: ${skip.missing}`);
  else appendFileSync(path, `${JSON.stringify(skip)}\n`);
}
