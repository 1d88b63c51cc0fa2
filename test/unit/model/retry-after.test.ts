import { expect, test } from "bun:test";
import { retryAfterSeconds } from "../../../src/model/retry-after.ts";

const now = Date.parse("2026-01-01T00:00:00Z");

test.each([
  ["7", 7],
  ["0.2", 1],
  ["-5", 0],
  ["999999", 3600],
  ["Thu, 01 Jan 2026 00:00:30 GMT", 30],
  ["Wed, 31 Dec 2025 00:00:00 GMT", 0],
  ["soon", undefined],
  ["", undefined],
  [null, undefined],
])("reads Retry-After %p as %p seconds", (header, expected) => {
  expect(retryAfterSeconds(header, now)).toBe(expected);
});
