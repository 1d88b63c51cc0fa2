import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isFullDisk, replaceSmallFile } from "../../../src/host/replace-small-file.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-small-file-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a small file has a block to itself, is its user's only, and leaves nothing beside", () => {
  const path = join(folder, "bus.json");
  replaceSmallFile(path, '{"a":1}\n');
  replaceSmallFile(path, '{"a":22}\n');
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ a: 22 });
  expect(statSync(path).size).toBe(4096);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["bus.json"]);
});

test("what is no full disk is thrown as it came", () => {
  expect(() => replaceSmallFile(join(folder, "none", "bus.json"), "x")).toThrow("ENOENT");
  expect(isFullDisk(Object.assign(new Error("full"), { code: "ENOSPC" }))).toBe(true);
  expect(isFullDisk(new Error("ENOSPC"))).toBe(false);
});
