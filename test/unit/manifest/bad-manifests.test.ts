// Every bad manifest says exactly what is wrong with it, where, and what is accepted.

import { describe, expect, test } from "bun:test";
import { loadManifest } from "../../../src/manifest/load.ts";
import { badManifests, checkedText, expectedText } from "../../support/manifest-fixtures.ts";

describe("bad manifests", () => {
  for (const { name, file, expected } of badManifests()) {
    test(`"${name}" is told apart in the expected words`, async () => {
      expect(await checkedText(file)).toBe(expectedText(expected));
    });

    test(`"${name}" has a problem, not only warnings`, async () => {
      const { problems } = await loadManifest({ file, variables: { KEY: "a-key", EMPTY: "" }, hostName: "press-07" });
      expect(problems.length).toBeGreaterThan(0);
    });
  }

  test("there are at least 45 of them", () => {
    expect(badManifests().length).toBeGreaterThanOrEqual(45);
  });
});
