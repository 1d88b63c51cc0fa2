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
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { closedPlaces } from "../../../../src/tool/files/closed-places.ts";
import { withPlace } from "../../../../src/tool/files/confined.ts";
import { filesSource } from "../../../../src/tool/files/files-source.ts";
import { calledTools } from "../../../support/called-tool.ts";
import { rejection } from "../../../support/rejection.ts";
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

describe("what the runtime itself is and was given is closed, whatever the root:", () => {
  const whole = calledTools(filesSource({ ...config, root: "/", access: "read" }, state));

  test
    .if(process.platform === "linux")
    .each([
      "/proc/self/environ",
      `/proc/${process.pid}/environ`,
      `/proc/${process.pid}/task/${process.pid}/environ`,
      "/proc/thread-self/environ",
      "/proc/self/root/proc/self/environ",
      "/proc/self/fd/0",
      "/proc/./self/../self/cmdline",
    ])("%s", async (path) => {
    expect(await whole.failure("f_read", { path })).toEqual(denied);
  });

  test("its state, by whatever way, and its credentials", async () => {
    for (const path of [
      join(state, "key"),
      `/proc/self/root${state}/key`,
      `/proc/self/cwd/${"../".repeat(9)}${state}/key`,
    ])
      expect(await whole.failure("f_read", { path })).toMatchObject({ kind: "denied" });
    const credentials = { root, closed: closedPlaces(state, { CREDENTIALS_DIRECTORY: join(root, "dir") }) };
    expect(await rejection(withPlace(credentials, "dir/secret", () => "reached"))).toContain("outside of the folder");
  });

  test("while what is beside it can be read", async () => {
    expect(await whole.text("f_read", { path: join(root, "dir/secret") })).toBe("harmless");
  });
});

test("a file that is large only in name, and one that grows without end, are refused in bounded time and memory", async () => {
  writeFileSync(join(root, "sparse"), "");
  truncateSync(join(root, "sparse"), 2 ** 40);
  expect(await tools.failure("f_read", { path: "sparse" })).toMatchObject({ kind: "limit" });
  expect(await tools.failure("f_edit", { path: "sparse", old: "a", new: "b" })).toMatchObject({ kind: "limit" });
  expect(await tools.text("f_search", { text: "SECRET" })).toBe("[Nothing found]");
});

test("names that differ in capitals or in how a letter is composed are different files", async () => {
  await tools.text("f_write", { path: "caf\u00e9.txt", text: "composed" });
  await tools.text("f_write", { path: "cafe\u0301.txt", text: "apart" });
  await tools.text("f_write", { path: "CAF\u00c9.txt", text: "large" });
  expect(await tools.text("f_read", { path: "caf\u00e9.txt" })).toBe("composed");
  expect(await tools.text("f_read", { path: "cafe\u0301.txt" })).toBe("apart");
});

test("a pattern of files that could take for ever takes no time", async () => {
  mkdirSync(join(root, "a/".repeat(20)), { recursive: true });
  writeFileSync(join(root, "a/".repeat(20), "a".repeat(200)), "text");
  const began = performance.now();
  for (const files of [
    "**/".repeat(60) + "b",
    "*a".repeat(90) + "b",
    "{*,a}".repeat(39) + "b",
    "**/{*,a}".repeat(24) + "b",
  ])
    expect(await tools.text("f_search", { text: "text", files })).toBe("[Nothing found]");
  expect(performance.now() - began).toBeLessThan(5_000);
});
