import { expect, test } from "bun:test";
import { within } from "../../../src/bus/within.ts";

test("what settles in time is true, what does not is false", async () => {
  expect(await within(Promise.resolve(1), 1_000)).toBe(true);
  expect(await within(new Promise(() => undefined), 5)).toBe(false);
});

test("a failure in time is passed on", async () => {
  expect(await within(Promise.reject(new Error("no")), 1_000).catch(String)).toBe("Error: no");
});
