// Short forms of findings, for the tests of the checks.

import type { Check } from "../../../../src/runtime/doctor/check.ts";
import { examine } from "../../../../src/runtime/doctor/check.ts";
import type { Finding } from "../../../../src/runtime/doctor/finding.ts";

export async function findingsOf(check: Check): Promise<readonly Finding[]> {
  return (await examine(check)).findings;
}

/** `result: text`, a line each. */
export async function linesOf(check: Check): Promise<readonly string[]> {
  return (await findingsOf(check)).map(({ result, text }) => `${result}: ${text}`);
}
