import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findNatsContext, writeNatsContext } from "../../../../src/bus/bundled/write-nats-context.ts";
import { silentLog } from "../../../support/silent-log.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-context-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function target(state: string): Parameters<typeof writeNatsContext>[0] {
  const stateDirectory = join(folder, state);
  const configFolder = join(folder, "config");
  return { url: "nats://127.0.0.1:4222", nkeyFile: "caller.nk", stateDirectory, configFolder, log: silentLog() };
}

test("the context that was written for a state directory is found for that one alone", () => {
  writeNatsContext(target("state"));
  const path = join(folder, "config", "nats", "context", "muster.json");
  expect(findNatsContext(join(folder, "config"), join(folder, "state"))).toBe(path);
  expect(findNatsContext(join(folder, "config"), join(folder, "other"))).toBeUndefined();
});

test("somebody else's context of that name is not found, and none is none", () => {
  const context = join(folder, "config", "nats", "context");
  expect(findNatsContext(join(folder, "config"), join(folder, "state"))).toBeUndefined();
  mkdirSync(context, { recursive: true });
  writeFileSync(join(context, "muster.json"), '{ "description": "mine" }');
  writeNatsContext(target("state"));
  expect(findNatsContext(join(folder, "config"), join(folder, "state"))).toBeUndefined();
});
