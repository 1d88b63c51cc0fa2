import { expect, test } from "bun:test";
import { compareVersion } from "../../../src/protocol/version.ts";

for (const [text, expected] of [
  ["0.3", "same"],
  ["0.3.7", "same"],
  ["0.4", "other-minor"],
  ["0.30", "other-minor"],
  ["1.3", "other-major"],
  ["10.0.0", "other-major"],
  ["", "unreadable"],
  ["3", "unreadable"],
  ["v0.3", "unreadable"],
  ["0.3beta", "unreadable"],
] as const) {
  test(`protocol version "${text}" is ${expected}`, () => {
    expect(compareVersion(text)).toBe(expected);
  });
}
