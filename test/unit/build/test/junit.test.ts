import { describe, expect, test } from "bun:test";
import { addCounts, countsText, parseJunit } from "../../../../build/test/junit.ts";

describe("parseJunit", () => {
  test("takes the counts of the root element, not of the suites in it", () => {
    const xml = `<?xml version="1.0"?>
<testsuites name="bun test" tests="9" assertions="3" failures="2" skipped="3" time="0.1">
  <testsuite name="a" tests="4" failures="1" skipped="3"></testsuite>
</testsuites>`;
    expect(parseJunit(xml)).toEqual({ passed: 4, failed: 2, skipped: 3 });
  });

  test("refuses what is no report", () => {
    expect(() => parseJunit("<html>")).toThrow('Not a JUnit report: "<html>"');
  });
});

describe("countsText", () => {
  test("leaves skips out where there are none", () => {
    expect(countsText({ passed: 3, failed: 0, skipped: 0 })).toBe("3 passed, 0 failed");
    expect(countsText({ passed: 3, failed: 1, skipped: 2 })).toBe("3 passed, 1 failed, 2 skipped");
  });
});

test("counts add up", () => {
  const sum = addCounts({ passed: 1, failed: 2, skipped: 3 }, { passed: 10, failed: 20, skipped: 30 });
  expect(sum).toEqual({ passed: 11, failed: 22, skipped: 33 });
});
