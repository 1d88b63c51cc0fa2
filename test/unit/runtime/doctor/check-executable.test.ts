import { expect, test } from "bun:test";
import { checkExecutable, type ExecutableFacts } from "../../../../src/runtime/doctor/check-executable.ts";
import { findingsOf, linesOf } from "./findings.ts";

const part = { name: "nats-server", version: "2.15.1", sha256: "ab", files: [], blob: "/blob" };

function check(given: Partial<ExecutableFacts> = {}) {
  return checkExecutable({
    said: "1.0.0, linux-x64",
    isStandalone: true,
    parts: [part],
    isIntact: () => Promise.resolve(true),
    isExtractedIntact: () => undefined,
    variables: { here: [], runtime: [] },
    ...given,
  });
}

test("an executable says what it is and carries", async () => {
  expect(await linesOf(check())).toEqual(["ok: Muster 1.0.0, linux-x64; carries nats-server 2.15.1, intact"]);
});

test("a damaged one is a problem, damaged files that it made only a warning", async () => {
  expect((await linesOf(check({ isIntact: () => Promise.resolve(false) })))[1]).toBe(
    'problem: "nats-server" inside this executable is damaged',
  );
  expect((await findingsOf(check({ isExtractedIntact: () => false })))[1]?.result).toBe("warning");
});

test("files that were made and are whole need no second look at what they came from", async () => {
  const isIntact = () => Promise.reject(new Error("Looked at"));
  expect(await findingsOf(check({ isExtractedIntact: () => true, isIntact }))).toHaveLength(1);
});

test("variables that redirect it are named, here and of the runtime", async () => {
  const findings = await findingsOf(check({ variables: { here: ["BUN_OPTIONS"], runtime: ["LD_PRELOAD"] } }));
  expect(findings[1]).toMatchObject({ result: "warning", remedy: "unset BUN_OPTIONS" });
  expect(findings[2]?.text).toEndWith("in the runtime that runs: LD_PRELOAD");
});
