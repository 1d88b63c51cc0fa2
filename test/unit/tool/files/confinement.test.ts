// A files tool against what would lead it out of its root.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { filesSource } from "../../../../src/tool/files/files-source.ts";
import { calledTools } from "../../../support/called-tool.ts";
import { scratchFolder } from "../../../support/scratch-folder.ts";

const scratch = scratchFolder();
const root = join(scratch, "root");
const outside = join(scratch, "outside");
const state = join(root, "state");
const config = { type: "files", name: "f", root, access: "write", maxSizeBytes: 65_536, maxOutputBytes: 4096 } as const;
const tools = calledTools(filesSource(config, state));
const denied = {
  kind: "denied",
  text: "That leads outside of the folder that this tool may use. Give a path inside of it",
};

beforeEach(() => {
  for (const folder of [root, outside]) rmSync(folder, { recursive: true, force: true });
  for (const folder of [join(root, "dir"), outside, state]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(outside, "secret"), "SECRET");
  writeFileSync(join(root, "dir/secret"), "harmless");
  writeFileSync(join(state, "key"), "SECRET");
});

async function reachNothing(path: string): Promise<void> {
  const before = readdirSync(outside);
  for (const [name, input] of [
    ["f_read", { path }],
    ["f_list", { path }],
    ["f_search", { path, text: "e" }],
    ["f_write", { path, text: "x" }],
    ["f_edit", { path, old: "S", new: "x" }],
  ] as const)
    expect(await tools.failure(name, input)).toEqual(denied);
  expect(readFileSync(join(outside, "secret"), "utf8")).toBe("SECRET");
  expect(readdirSync(outside)).toEqual(before);
}

describe("nothing outside is read or written by", () => {
  test.each([
    "../outside/secret",
    "dir/../../outside/secret",
    "dir/./..//../outside/secret",
    "..",
    "/etc/passwd",
    join(outside, "secret"),
    `${root}/../outside/secret`,
    `${root}-other/secret`,
    "state/key",
    "dir/../state/key",
  ])("the path %p", reachNothing);

  test("links: to a file, to a folder, over another link, absolute and relative", async () => {
    symlinkSync(join(outside, "secret"), join(root, "absolute"));
    symlinkSync("../outside/secret", join(root, "relative"));
    symlinkSync("../../outside", join(root, "dir/folder"));
    symlinkSync("dir/folder", join(root, "chain"));
    symlinkSync("/", join(root, "top"));
    symlinkSync("state", join(root, "to-state"));
    for (const path of ["absolute", "relative", "dir/folder/secret", "chain/secret", "top/etc/passwd", "to-state/key"])
      await reachNothing(path);
    symlinkSync(join(outside, "new"), join(root, "dangling"));
    expect(await tools.failure("f_write", { path: "dangling", text: "x" })).toEqual(denied);
    expect(existsSync(join(outside, "new"))).toBe(false);
  });

  test("a listing or a search of what is inside: links are shown, not followed", async () => {
    symlinkSync(outside, join(root, "folder"));
    symlinkSync(join(outside, "secret"), join(root, "file"));
    const listed = (await tools.text("f_list", { recursive: true })).split("\n");
    expect(listed).toEqual(["dir/", "dir/secret (8 bytes)", "file (a link)", "folder (a link)", "state/"]);
    expect(await tools.text("f_search", { text: "secret" })).toBe("[Nothing found]");
  });
});

test("a path with encoded dots or backslashes is a name like any other", async () => {
  for (const path of ["%2e%2e/outside/secret", "..\\outside\\secret", "..%2foutside"])
    expect(await tools.failure("f_read", { path })).toMatchObject({ kind: "failed" });
});

test("links that stay inside are followed, and a write goes where they lead", async () => {
  symlinkSync("dir", join(root, "folder"));
  symlinkSync(join(root, "dir/secret"), join(root, "file"));
  expect(await tools.text("f_read", { path: "folder/secret" })).toBe("harmless");
  expect(await tools.text("f_read", { path: "file" })).toBe("harmless");
  expect(await tools.text("f_write", { path: "file", text: "new" })).toBe('Replaced "dir/secret" (3 bytes)');
  expect(readlinkSync(join(root, "file"))).toBe(join(root, "dir/secret"));
  symlinkSync("loop", join(root, "loop"));
  expect(await tools.failure("f_read", { path: "loop" })).toMatchObject({ kind: "failed" });
});

test("a root that is itself a link serves what it leads to", async () => {
  symlinkSync(root, join(scratch, "by-link"));
  const linked = calledTools(filesSource({ ...config, root: join(scratch, "by-link") }, state));
  expect(await linked.text("f_read", { path: "dir/secret" })).toBe("harmless");
  expect(await linked.text("f_read", { path: join(scratch, "by-link/dir/secret") })).toBe("harmless");
  expect(await linked.failure("f_read", { path: "../outside/secret" })).toEqual(denied);
  rmSync(join(scratch, "by-link"));
  expect(await linked.failure("f_read", { path: "dir/secret" })).toMatchObject({ kind: "failed" });
});

test("writing over a hard link leaves the file that it shares as it is", async () => {
  linkSync(join(outside, "secret"), join(root, "shared"));
  await tools.text("f_write", { path: "shared", text: "new" });
  await tools.text("f_edit", { path: "shared", old: "new", new: "newer" });
  expect(readFileSync(join(outside, "secret"), "utf8")).toBe("SECRET");
});

test("pipes, devices and sockets are said to be such, and never waited on", async () => {
  expect(Bun.spawnSync(["mkfifo", join(root, "pipe")]).exitCode).toBe(0);
  for (const [name, input] of [
    ["f_read", { path: "pipe" }],
    ["f_edit", { path: "pipe", old: "a", new: "b" }],
    ["f_write", { path: "pipe", text: "x" }],
  ] as const)
    expect(await tools.failure(name, input)).toMatchObject({ kind: "failed" });
  expect(await tools.text("f_search", { text: "x" })).toBe("[Nothing found]");
  const devices = calledTools(filesSource({ ...config, root: "/dev" }, state));
  expect(await devices.failure("f_read", { path: "zero" })).toEqual({
    kind: "failed",
    text: '"zero" is a device, not a file',
  });
});

describe("while another process swaps a folder and a link to the outside", () => {
  let swapper: Bun.Subprocess | undefined;

  beforeEach(async () => {
    symlinkSync(outside, join(root, "link"));
    // Without a pause: now "dir" is the folder, now it is the link.
    const swap = `
      const { renameSync } = require("node:fs");
      const [root] = process.argv.slice(-1);
      console.log("swapping");
      for (;;) {
        renameSync(root + "/dir", root + "/aside"); renameSync(root + "/link", root + "/dir");
        renameSync(root + "/dir", root + "/link"); renameSync(root + "/aside", root + "/dir");
      }`;
    swapper = Bun.spawn([process.execPath, "-e", swap, root], { stdout: "pipe", stderr: "inherit" });
    if (swapper.stdout instanceof ReadableStream) await swapper.stdout.getReader().read();
  });

  afterEach(async () => {
    swapper?.kill("SIGKILL");
    await swapper?.exited;
  });

  test("no call reads or writes outside", async () => {
    const outcomes = new Set<string>();
    const attempt = async (name: string, input: Record<string, string>) => {
      outcomes.add(await tools.text(name, input).catch((error: unknown) => String(error)));
    };
    for (let round = 0; round < 2000; round++) {
      await attempt("f_read", { path: "dir/secret" });
      if (round % 10 === 0) await attempt("f_edit", { path: "dir/secret", old: "harmless", new: "harmless" });
      if (round % 10 === 5) await attempt("f_search", { text: "SECRET" });
    }
    expect(outcomes).toContain("harmless");
    expect([...outcomes].join("\n")).toContain("outside of the folder");
    expect([...outcomes].join("\n")).not.toContain("SECRET");
    expect(readdirSync(outside)).toEqual(["secret"]);
    expect(readFileSync(join(outside, "secret"), "utf8")).toBe("SECRET");
    expect(swapper?.exitCode).toBeNull();
  }, 60_000);
});
