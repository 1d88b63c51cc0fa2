import { expect, test } from "bun:test";
import { availableMemoryBytes } from "../../../src/host/available-memory.ts";

test("the system's own estimate is taken, in bytes", () => {
  const info = "MemTotal:       24570000 kB\nMemFree:          512000 kB\nMemAvailable:    2048 kB\n";
  expect(availableMemoryBytes(() => info)).toBe(2048 * 1024);
});

test("nothing is guessed where the system does not say", () => {
  expect(availableMemoryBytes(() => "MemFree: 5 kB\n")).toBeUndefined();
  const fail = () => {
    throw new Error("no such file");
  };
  expect(availableMemoryBytes(fail)).toBeUndefined();
});
