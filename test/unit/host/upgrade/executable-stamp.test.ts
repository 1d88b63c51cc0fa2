import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { executableStamp } from "../../../../src/host/upgrade/executable-stamp.ts";
import { rejection } from "../../../support/rejection.ts";

const stamp = "muster-build:1.2.3-rc.1:abcdef012345-dirty:linux-arm64-musl:12;";
let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "muster-stamp-"));
  path = join(folder, "program");
});

afterEach(() => rm(folder, { recursive: true }));

test("the stamp is found wherever it lies, also across two pieces that are read", async () => {
  for (const offset of [0, 1000, 4 * 1024 * 1024 - 20, 9_000_000]) {
    const file = Buffer.alloc(10_000_000, 0xff);
    file.write(stamp, offset, "latin1");
    await writeFile(path, file);
    expect(await executableStamp(path)).toEqual({
      version: "1.2.3-rc.1",
      commit: "abcdef012345-dirty",
      target: "linux-arm64-musl",
      stateFormat: 12,
    });
  }
});

test("the same stamp twice is one, two that differ are told", async () => {
  await writeFile(path, `${stamp} ${stamp}`);
  expect((await executableStamp(path)).version).toBe("1.2.3-rc.1");
  await writeFile(path, `${stamp} muster-build:9.9.9:abc:linux-x64:1;`);
  expect(await rejection(executableStamp(path))).toContain("Found several versions");
});

test("a file without a stamp is no executable of ours", async () => {
  await writeFile(path, "#!/bin/sh\n");
  expect(await rejection(executableStamp(path))).toContain("Not an executable of Muster");
});
