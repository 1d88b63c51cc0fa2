import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packPart } from "../../../build/carry/pack-part.ts";
import type { CarriedPart } from "../../../src/host/carried-part.ts";
import { extractPart } from "../../../src/host/extract-part.ts";
import { unpackPart } from "../../../src/host/unpack-part.ts";
import { rejection } from "../../support/rejection.ts";

const folders: string[] = [];
let folder = "";
let state = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-extract-"));
  folders.push(folder);
  state = join(folder, "state");
  mkdirSync(state);
});
afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true, force: true });
});

function makePart(content = "program"): CarriedPart {
  writeFileSync(join(folder, "program"), content);
  writeFileSync(join(folder, "data"), "x".repeat(300_000));
  return packPart(
    {
      name: "tool",
      version: "1.0.0",
      files: [
        { path: "bin/program", source: join(folder, "program"), isExecutable: true },
        { path: "data", source: join(folder, "data"), isExecutable: false },
      ],
    },
    join(folder, "packed"),
  );
}

function counted(): { unpack: typeof unpackPart; count: () => number } {
  let calls = 0;
  return {
    unpack: (part, target) => {
      calls += 1;
      return unpackPart(part, target);
    },
    count: () => calls,
  };
}

describe("extractPart", () => {
  test("writes the files once, with their modes, for their user alone", async () => {
    const part = makePart();
    const { unpack, count } = counted();
    const target = await extractPart(part, state, unpack);
    expect(readFileSync(join(target, "bin", "program"), "utf8")).toBe("program");
    expect(statSync(join(target, "bin", "program")).mode & 0o777).toBe(0o700);
    expect(statSync(join(target, "data")).mode & 0o777).toBe(0o600);
    expect(await extractPart(part, state, unpack)).toBe(target);
    expect(count()).toBe(1);
  });

  test("is shared by versions that carry the same, and apart for another content", async () => {
    const first = await extractPart(makePart(), state, unpackPart);
    expect(await extractPart({ ...makePart(), version: "2.0.0" }, state, unpackPart)).toBe(first);
    expect(await extractPart(makePart("other"), state, unpackPart)).not.toBe(first);
  });

  test.each([
    ["changed in place", (target: string) => writeFileSync(join(target, "data"), "y".repeat(300_000))],
    ["cut", (target: string) => writeFileSync(join(target, "data"), "x")],
    ["removed", (target: string) => rmSync(join(target, "bin"), { recursive: true })],
    ["made not executable", (target: string) => chmodSync(join(target, "bin", "program"), 0o600)],
  ])("redoes what was %s", async (_, damage) => {
    const part = makePart();
    const { unpack, count } = counted();
    const target = await extractPart(part, state, unpack);
    damage(target);
    expect(await extractPart(part, state, unpack)).toBe(target);
    expect(count()).toBe(2);
    expect(readFileSync(join(target, "data"), "utf8")).toBe("x".repeat(300_000));
    expect(statSync(join(target, "bin", "program")).mode & 0o777).toBe(0o700);
  });

  test("removes what a killed extraction left, and nothing of one that runs", async () => {
    const parent = join(state, "carried");
    const ended = Bun.spawnSync(["true"]);
    mkdirSync(join(parent, `.tool-abc.${ended.pid}`), { recursive: true });
    mkdirSync(join(parent, `.tool-def.${process.ppid}`));
    await extractPart(makePart(), state, unpackPart);
    expect(existsSync(join(parent, `.tool-abc.${ended.pid}`))).toBe(false);
    expect(existsSync(join(parent, `.tool-def.${process.ppid}`))).toBe(true);
  });

  test("keeps one version beside the newest", async () => {
    for (const content of ["one", "two", "three"]) await extractPart(makePart(content), state, unpackPart);
    expect(readdirSync(join(state, "carried"))).toHaveLength(2);
  });

  test("refuses a blob that is not what the index says, and leaves nothing", async () => {
    const part = makePart();
    writeFileSync(part.blob, Bun.zstdCompressSync(Buffer.from("z".repeat(300_007))));
    expect(await rejection(extractPart(part, state, unpackPart))).toBe(
      'Wrong content of "bin/program" in "tool": this executable is damaged',
    );
    expect(readdirSync(join(state, "carried"))).toEqual([]);
  });

  test("succeeds in every process that extracts at once", async () => {
    const part = makePart();
    const script = `
      import { unpackPart } from ${JSON.stringify(join(import.meta.dirname, "../../../src/host/unpack-part.ts"))};
      await unpackPart(JSON.parse(process.argv.at(-2)), process.argv.at(-1));
    `;
    const target = join(state, "carried", `tool-${part.sha256}`);
    const run = (): Promise<number> =>
      Bun.spawn([process.execPath, "-e", script, JSON.stringify(part), target], { stderr: "inherit" }).exited;
    expect(await Promise.all([run(), run(), run()])).toEqual([0, 0, 0]);
    expect(readdirSync(join(state, "carried"))).toEqual([`tool-${part.sha256}`]);
  });
});
