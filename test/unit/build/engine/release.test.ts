// The engine's lock: what the build carries must be pinned by content.

import { expect, test } from "bun:test";
import { enginePlatform, engineVersion } from "../../../../build/engine/release.ts";
import { targets } from "../../../../build/target/target.ts";
import { parseRecord, recordAt, textAt } from "../../../../src/model/json.ts";

const lock = parseRecord(await Bun.file(`${import.meta.dir}/../../../../build/engine/package-lock.json`).text());

test.each(["node-llama-cpp", "@node-llama-cpp/linux-x64", "@node-llama-cpp/linux-arm64"])(
  "%s is locked to the engine's version and to its content",
  (name) => {
    const entry = recordAt(recordAt(lock, "packages"), `node_modules/${name}`);
    expect(textAt(entry, "version")).toBe(engineVersion);
    expect(textAt(entry, "integrity")).toStartWith("sha512-");
  },
);

test("only Linux with glibc has an engine", () => {
  const having = targets.filter((target) => enginePlatform(target) !== undefined).map(({ name }) => name);
  expect(having).toEqual(["linux-x64", "linux-x64-baseline", "linux-arm64"]);
});
