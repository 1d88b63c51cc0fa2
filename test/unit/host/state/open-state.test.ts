import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openState } from "../../../../src/host/state/open-state.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-open-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a new state directory is made, locked and marked", () => {
  const directory = join(folder, "a", "state");
  const lock = openState(directory);
  expect(readdirSync(directory)).toContain("format.json");
  expect(() => openState(directory)).toThrow("is in use by process");
  lock.release();
  openState(directory).release();
});

test("a directory of a newer format is refused before anything in it is opened, and nothing is left in it", () => {
  writeFileSync(join(folder, "format.json"), '{"format":9,"writtenBy":"4.2.0"}');
  expect(() => openState(folder)).toThrow("written by Muster 4.2.0; this is Muster 0.0.0-source");
  expect(readdirSync(folder)).toEqual(["format.json"]);
});
