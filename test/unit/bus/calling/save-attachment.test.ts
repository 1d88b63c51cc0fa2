import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { safeName, saveAttachment } from "../../../../src/bus/calling/save-attachment.ts";
import { rejection } from "../../../support/rejection.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "muster-save-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ["report.pdf", "report.pdf"],
  [".bashrc", "bashrc"],
  ["-rf", "rf"],
  ["..", "attachment"],
  ["a/../b", "a_.._b"],
  ["con.txt", "_con.txt"],
  ["x\u001b[2J\n.txt", "x[2J .txt"],
  ["   ", "attachment"],
  ["üñí.txt", "üñí.txt"],
])("%j is saved as %j", (given, saved) => {
  expect(safeName(given)).toBe(saved);
});

test("a long name keeps its ending and fits every file system", () => {
  const name = safeName(`${"漢".repeat(300)}.pdf`);
  expect(name.endsWith(".pdf")).toBe(true);
  expect(Buffer.byteLength(name)).toBeLessThan(255);
});

test("nothing is overwritten", async () => {
  const save = (text: string) => saveAttachment(folder, { filename: "a.txt", data: new TextEncoder().encode(text) });
  await save("one");
  expect(await save("two")).toBe(join(folder, "a-2.txt"));
  expect(await readdir(folder)).toEqual(["a-2.txt", "a.txt"]);
  expect(await readFile(join(folder, "a.txt"), "utf8")).toBe("one");
});

test("a folder that cannot be is an error that names it", async () => {
  const saving = saveAttachment("/dev/null/x", { filename: "a", data: new Uint8Array() });
  expect(await rejection(saving)).toContain("Cannot save");
});
