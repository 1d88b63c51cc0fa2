import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installFile, removeFile } from "../../../src/host/install-file.ts";

let folder: string;
let like: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-install-"));
  like = join(folder, "agents.yaml");
  writeFileSync(like, "");
  chmodSync(like, 0o640);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a file is put in place with the mode of another, its folder made, and nothing beside it", () => {
  const path = join(folder, "agents.d", "a.yaml");
  installFile(path, "one", like);
  installFile(path, "two", like);
  expect(readFileSync(path, "utf8")).toBe("two");
  expect(statSync(path).mode & 0o777).toBe(0o640);
  expect(readdirSync(join(folder, "agents.d"))).toEqual(["a.yaml"]);
  removeFile(path);
  expect(readdirSync(join(folder, "agents.d"))).toEqual([]);
});

test("what cannot be put in place leaves nothing behind", () => {
  const path = join(folder, "taken");
  mkdirSync(join(path, "inside"), { recursive: true });
  expect(() => installFile(path, "text", like)).toThrow();
  expect(readdirSync(folder).toSorted()).toEqual(["agents.yaml", "taken"]);
});
