import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkStateDirectory } from "../../../../src/runtime/doctor/check-state-directory.ts";
import { findingsOf, linesOf } from "./findings.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-doctor-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a directory is tried with a file, which does not stay", async () => {
  expect(await linesOf(checkStateDirectory(folder))).toEqual([`ok: "${folder}" can be written to`]);
  expect(readdirSync(folder)).toEqual([]);
});

test("one that is not there yet is fine where it can be made", async () => {
  const path = join(folder, "deep", "state");
  expect(await linesOf(checkStateDirectory(path))).toEqual([`ok: "${path}" is made at the first start`]);
});

test("a file in its place is a problem, also above it", async () => {
  const path = join(folder, "file");
  writeFileSync(path, "");
  expect(await linesOf(checkStateDirectory(path))).toEqual([`problem: "${path}" is no folder`]);
  expect((await findingsOf(checkStateDirectory(join(path, "state"))))[0]?.result).toBe("problem");
  mkdirSync(join(folder, "other"));
});
