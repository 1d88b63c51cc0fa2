// Commands that are given a file which is not there, or is none: they say so in words, about the path that was given.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromSource } from "../../support/muster.ts";
import { runProgram } from "../../support/run-program.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "muster-files-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function failureOf(words: readonly string[]): Promise<string> {
  const { code, stderr } = await runProgram([...fromSource, ...words], { cwd: folder });
  expect(code).toBe(1);
  return stderr;
}

describe("a file argument", () => {
  test.each([
    [["add", "nope.yaml"], 'Cannot read "nope.yaml": no such file'],
    [["test", "nope.yaml"], 'Cannot read "nope.yaml": no such file'],
    [["restore", "nope.tar", "--state", "state"], 'nope.tar": no such file'],
    [
      ["restore", "/dev/null", "--state", "state"],
      "This is no whole backup: Tar archive is truncated. Nothing was changed",
    ],
    [["backup", "nope/x.tar", "--state", "."], 'nope" to write it to'],
  ])("that cannot be used is told in words: %j", async (words, text) => {
    const said = await failureOf(words);
    expect(said).toContain(text);
    expect(said).not.toContain("ENOENT");
  });
});
