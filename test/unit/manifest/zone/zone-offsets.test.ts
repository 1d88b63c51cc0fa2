import { describe, expect, test } from "bun:test";
import { parseZone } from "../../../../src/manifest/zone/zone-offsets.ts";
import { tzif } from "../../../support/tzif.ts";

const hour = 3_600;
const ms = 1_000;
const winter = { offset: hour, isSummer: false };
const summer = { offset: 2 * hour, isSummer: true };
const changes = [
  { at: 1_000_000, type: 1 },
  { at: 2_000_000, type: 0 },
] as const;

describe("the file of a zone", () => {
  const zone = parseZone(tzif({ types: [winter, summer], changes, rule: "CET-1CEST,M3.5.0,M10.5.0/3" }));

  test("tells the distance from UTC where it does not change", () => {
    expect(zone?.steadyMs(0, 999_999 * ms)).toBe(hour * ms);
    expect(zone?.steadyMs(1_000_000 * ms, 1_999_999 * ms)).toBe(2 * hour * ms);
    expect(zone?.steadyMs(1_500_000 * ms, 1_500_000 * ms)).toBe(2 * hour * ms);
  });

  test("tells none over a change, nor after the last one where a rule makes more", () => {
    expect(zone?.steadyMs(999_999 * ms, 1_000_000 * ms)).toBeUndefined();
    expect(zone?.steadyMs(1_999_999 * ms, 3_000_000 * ms)).toBeUndefined();
    expect(zone?.steadyMs(2_000_000 * ms, 2_000_001 * ms)).toBeUndefined();
  });

  test("tells of ever after where no rule makes changes", () => {
    const still = parseZone(tzif({ types: [winter, summer], changes, rule: "<+01>-1" }));
    expect(still?.steadyMs(2_000_000 * ms, 9e15)).toBe(hour * ms);
    const india = parseZone(tzif({ types: [{ offset: 19_800, isSummer: false }], changes: [], rule: "IST-5:30" }));
    expect(india?.steadyMs(-9e15, 9e15)).toBe(19_800 * ms);
  });

  test("has no change where only the name becomes another", () => {
    const named = parseZone(
      tzif({ types: [winter, { ...winter, isSummer: true }], changes: [{ at: 1_000_000, type: 1 }], rule: "X-1" }),
    );
    expect(named?.steadyMs(0, 2_000_000 * ms)).toBe(hour * ms);
  });

  test("that is none, is cut short, is old or counts leap seconds tells nothing", () => {
    const whole = tzif({ types: [winter, summer], changes, rule: "CET-1" });
    expect(parseZone(whole)).toBeDefined();
    expect(parseZone(new Uint8Array())).toBeUndefined();
    expect(parseZone(new TextEncoder().encode("# tzdb data for Europe and environs".repeat(9)))).toBeUndefined();
    for (let length = 0; length < whole.length; length++) expect(parseZone(whole.slice(0, length))).toBeUndefined();
    const old = whole.slice();
    old[4] = 0;
    expect(parseZone(old)).toBeUndefined();
    const leaping = whole.slice();
    leaping[31] = 1;
    expect(parseZone(leaping)).toBeUndefined();
  });
});
