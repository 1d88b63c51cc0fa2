// Counts out of a JUnit report, as `bun test` writes it.

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const noTests: Counts = { passed: 0, failed: 0, skipped: 0 };

export function addCounts(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** Counts of a whole report, from its root element's attributes. Throws when it is no report. */
export function parseJunit(xml: string): Counts {
  const root = /<testsuites\b[^>]*>/.exec(xml)?.[0];
  if (root === undefined) throw new Error(`Not a JUnit report: "${xml.slice(0, 80)}"`);
  const [tests, failed, skipped] = ["tests", "failures", "skipped"].map((name) => attribute(root, name));
  return { passed: (tests ?? 0) - (failed ?? 0) - (skipped ?? 0), failed: failed ?? 0, skipped: skipped ?? 0 };
}

/** `12 passed, 0 failed`, with `, 3 skipped` behind where there are any. */
export function countsText({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`;
}

function attribute(element: string, name: string): number {
  return Number(new RegExp(`\\b${name}="(\\d+)"`).exec(element)?.[1] ?? 0);
}
