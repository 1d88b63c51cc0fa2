import { expect, test } from "bun:test";
import { residentBytes } from "../../../src/host/resident-bytes.ts";

test.if(process.platform === "linux")("tells what a process takes, and nothing of one that is gone", () => {
  expect(residentBytes(process.pid)).toBeGreaterThan(10_000_000);
  expect(residentBytes(2 ** 30)).toBe(0);
});
