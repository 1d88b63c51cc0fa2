import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chooseBundle } from "../../../../src/host/upgrade/choose-bundle.ts";
import { parsePublicKeys } from "../../../../src/host/upgrade/minisign-keys.ts";
import { rejection } from "../../../support/rejection.ts";
import { type BundleMaker, bundleMaker } from "../../../support/upgrade-bundles.ts";

let folder: string;
let bundles: BundleMaker;
let said: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "muster-choose-"));
  bundles = await bundleMaker(folder);
  said = [];
});

afterEach(() => rm(folder, { recursive: true }));

test("of a folder the newest for this machine is taken, whatever its name says", async () => {
  await make("z-old", "0.9.0");
  await make("a-new", "0.10.0");
  await make("foreign", "3.0.0", "linux-riscv64");
  expect((await choose()).index.version).toBe("0.10.0");
  expect(said).toEqual([]);
});

test("a newer one that is not good is passed over, and said", async () => {
  await make("good", "1.0.0");
  await rm(`${await make("unsigned", "2.0.0")}.minisig`);
  await writeFile(join(folder, "noise.bundle"), "noise");
  expect((await choose()).index.version).toBe("1.0.0");
  const [noise, unsigned] = said.sort();
  expect(noise).toMatch(/^Refused ".*noise\.bundle": The bundle ends too early/);
  expect(unsigned).toMatch(/^Refused ".*unsigned\.bundle": It is not signed/);
});

test("a folder without a bundle, or without a good one, is an error", async () => {
  expect(await rejection(choose())).toContain('Found no file "*.bundle"');
  await make("foreign", "3.0.0", "linux-riscv64");
  expect(await rejection(choose())).toContain("Found no good bundle for linux-x64");
});

test("a bundle that is named is taken or refused, with the reason", async () => {
  const foreign = await make("foreign", "3.0.0", "linux-riscv64");
  expect(await rejection(choose(foreign))).toContain("it is for linux-riscv64, this machine is linux-x64");
  expect((await choose(await make("good", "1.0.0"))).index.version).toBe("1.0.0");
});

function choose(path = folder) {
  const keys = parsePublicKeys(bundles.publicKey);
  return chooseBundle(path, { keys, target: "linux-x64", say: (line) => said.push(line) });
}

async function make(name: string, version: string, target = "linux-x64"): Promise<string> {
  return bundles.make(name, await bundles.program(version, "exit 0", { target }));
}
