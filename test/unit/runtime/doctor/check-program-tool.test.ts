import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { CommandToolConfig, ShellToolConfig } from "../../../../src/manifest/tools/config.ts";
import { checkProgramTool } from "../../../../src/runtime/doctor/check-program-tool.ts";
import { findingsOf, linesOf } from "./findings.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-doctor-programs-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const us = { user: undefined, dropIns: undefined };
const program = { environment: {}, timeoutMs: 1_000, maxOutputBytes: 1_000 };

function shell(allow: readonly (readonly string[])[], ask: readonly (readonly string[])[] = []): ShellToolConfig {
  return { type: "shell", name: "run", allow, ask, deny: [], ...program };
}

function command(words: readonly string[], cwd?: string): CommandToolConfig {
  const rest = { description: "d", parameters: {}, stdin: "none", ask: false, readOnly: false } as const;
  return { type: "command", name: "do", command: words, ...rest, ...program, ...(cwd === undefined ? {} : { cwd }) };
}

test("programs that are there are told, each once, those that a model chooses are not", async () => {
  const tool = shell([["ls", "**"], ["ls"], ["*"]], [["cat", "*"]]);
  expect(await linesOf(checkProgramTool("tool a/run", tool, us))).toEqual(["ok: ls, cat: there, and to be run"]);
});

test("one of several that is missing is a warning, all of them a problem", async () => {
  expect(await linesOf(checkProgramTool("t", shell([["ls"], ["no-such-program"]]), us))).toEqual([
    'warning: There is no program "no-such-program" on the PATH of what tools run',
  ]);
  expect(await findingsOf(checkProgramTool("t", command(["no-such-program"]), us))).toMatchObject([
    { result: "problem", remedy: "Install it, or correct command", facts: { programs: 1, missing: 1 } },
  ]);
});

test("a file that cannot be run, and a folder, are no programs", async () => {
  const file = join(folder, "script");
  writeFileSync(file, "#!/bin/sh\n");
  expect(await linesOf(checkProgramTool("t", command([file]), us))).toEqual([
    `problem: "${file}" is not for this user to run`,
  ]);
  chmodSync(file, 0o755);
  expect((await linesOf(checkProgramTool("t", command([file]), us)))[0]).toStartWith("ok: ");
  expect(await linesOf(checkProgramTool("t", command([folder]), us))).toEqual([`problem: "${folder}" is no program`]);
});

test("a relative program starts at cwd, and without one it can never be found", async () => {
  writeFileSync(join(folder, "script"), "#!/bin/sh\n", { mode: 0o755 });
  expect((await linesOf(checkProgramTool("t", command(["./script"], folder), us)))[0]).toStartWith("ok: ");
  expect((await linesOf(checkProgramTool("t", command(["./script"]), us)))[0]).toContain("give it cwd");
});

test("a cwd that is not there is a problem", async () => {
  expect(await linesOf(checkProgramTool("t", command(["ls"], join(folder, "gone")), us))).toEqual([
    `problem: There is no folder "${join(folder, "gone")}"`,
    "ok: ls: there, and to be run",
  ]);
});

test("the service's user needs the right to run it, and a unit that does not hide it", async () => {
  const file = join(folder, "script");
  writeFileSync(file, "#!/bin/sh\n", { mode: 0o700 });
  const muster = { user: { name: "muster", uid: 4_000_000, gids: [4_000_000] }, dropIns: [] };
  expect((await linesOf(checkProgramTool("t", command([file]), muster)))[0]).toContain(
    `is not for the service's user "muster" to run`,
  );
  chmodSync(file, 0o755);
  chmodSync(folder, 0o755);
  expect(await linesOf(checkProgramTool("t", command([file]), muster))).toEqual([
    `problem: The service's unit hides "${file}" from it`,
  ]);
});
