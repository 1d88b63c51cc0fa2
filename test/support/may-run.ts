// Whether tests that need something of the machine run: where it is missing they say so, and in CI that is a failure.

/** False, with the reason printed, when `missing` says what the machine lacks; throws instead in CI. */
export function mayRun(what: string, missing: string | undefined): boolean {
  if (missing === undefined) return true;
  if (process.env["CI"] !== undefined) throw new Error(`Cannot run the tests of ${what}: ${missing}`);
  console.warn(`SKIPPED ${what}: ${missing}`);
  return false;
}
