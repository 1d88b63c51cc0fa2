import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeFolder, temporaryName, writeWhole } from "../../../src/host/write-whole.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-whole-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a file is replaced whole, for its user alone, with nothing beside it", () => {
  const path = join(folder, "a.json");
  writeWhole(path, "one");
  writeWhole(path, "two");
  expect(readFileSync(path, "utf8")).toBe("two");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["a.json"]);
});

test("what a killed writer left is in nobody's way, whatever its mode", () => {
  const path = join(folder, "a.json");
  writeFileSync(join(folder, temporaryName(path)), "half", { mode: 0o444 });
  writeWhole(path, "whole");
  expect(readFileSync(path, "utf8")).toBe("whole");
  expect(readdirSync(folder)).toEqual(["a.json"]);
});

test("what cannot be put in place leaves the old and nothing beside it", () => {
  const path = join(folder, "taken");
  mkdirSync(join(path, "inside"), { recursive: true });
  expect(() => writeWhole(path, "text")).toThrow();
  expect(readdirSync(folder)).toEqual(["taken"]);
});

test("a folder is made with those above it, and one that is there is left alone", () => {
  const path = join(folder, "a", "b", "c");
  expect(makeFolder(path)).toBe(join(folder, "a"));
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(makeFolder(path)).toBeUndefined();
});
