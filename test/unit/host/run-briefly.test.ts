import { expect, test } from "bun:test";
import { runBriefly } from "../../../src/host/run-briefly.ts";

test("a program's answer and code are told", async () => {
  expect(await runBriefly(["sh", "-c", "echo hello; exit 3"], 10_000)).toEqual({ code: 3, text: "hello\n" });
});

test("one that is not there, or does not end in time, has no answer", async () => {
  expect(await runBriefly(["no-such-program-here"], 10_000)).toBeUndefined();
  expect(await runBriefly(["sleep", "60"], 20)).toBeUndefined();
});
