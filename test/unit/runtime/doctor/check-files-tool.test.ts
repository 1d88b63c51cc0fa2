import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { checkFilesTool } from "../../../../src/runtime/doctor/check-files-tool.ts";
import { unitProblem } from "../../../../src/runtime/doctor/runtime-user.ts";
import { linesOf } from "./findings.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-doctor-files-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const us = { user: undefined, dropIns: undefined };
const stranger = { user: { name: "muster", uid: 4_000_000, gids: [4_000_000] }, dropIns: undefined };

function check(root: string, access: "read" | "write", who: Parameters<typeof checkFilesTool>[2] = us) {
  const limits = { maxSizeBytes: 1, maxOutputBytes: 1 };
  return checkFilesTool("tool a/files", { type: "files", name: "files", root, access, ...limits }, who);
}

test("a root that can be used as it is meant is well", async () => {
  expect(await linesOf(check(folder, "read"))).toEqual([`ok: "${folder}" can be read`]);
  expect(await linesOf(check(folder, "write"))).toEqual([`ok: "${folder}" can be read and written to`]);
});

test("what is not there, or no folder, is a problem", async () => {
  expect(await linesOf(check(join(folder, "x"), "read"))).toEqual([
    `problem: There is no folder "${join(folder, "x")}"`,
  ]);
  writeFileSync(join(folder, "f"), "");
  expect(await linesOf(check(join(folder, "f"), "read"))).toEqual([`problem: "${join(folder, "f")}" is no folder`]);
});

test("another user than who asks is judged by the permissions on the way", async () => {
  chmodSync(folder, 0o700);
  expect((await linesOf(check(folder, "read", stranger)))[0]).toContain(`"muster" may not look into "${folder}"`);
  chmodSync(folder, 0o755);
  expect((await linesOf(check(folder, "read", stranger)))[0]).toStartWith("ok: ");
  expect((await linesOf(check(folder, "write", stranger)))[0]).toContain(`"muster" may not write to "${folder}"`);
});

test("a unit hides homes, lets nothing outside of its own folder be written, and its drop-ins change both", () => {
  const unit = (...dropIns: string[]) => ({ user: undefined, dropIns });
  expect(unitProblem("/home/ada/docs", true, unit())?.remedy).toContain("BindPaths=-/home/ada/docs");
  expect(unitProblem("/srv/docs", false, unit())).toBeUndefined();
  expect(unitProblem("/srv/docs", true, unit())?.remedy).toContain("ReadWritePaths=/srv/docs");
  expect(unitProblem("/srv/docs/new", true, unit("[Service]\nReadWritePaths=-/srv/docs\n"))).toBeUndefined();
  expect(unitProblem("/var/lib/muster/files", true, unit())).toBeUndefined();
  expect(unitProblem("/srv/docs", true, us)).toBeUndefined();
});
