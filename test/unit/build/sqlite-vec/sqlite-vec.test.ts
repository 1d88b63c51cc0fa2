import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../../../build/paths.ts";
import { sqliteVecPackage, sqliteVecVersion } from "../../../../build/sqlite-vec/release.ts";
import { verifyArchive } from "../../../../build/sqlite-vec/sqlite-vec-source.ts";
import { targetNamed, targets } from "../../../../build/target/target.ts";

describe("sqlite-vec for a target", () => {
  test("is the package that the project's lock names, with its hash", () => {
    const lock = readFileSync(join(root, "package-lock.json"), "utf8");
    for (const target of targets) {
      const wanted = sqliteVecPackage(target);
      if (wanted === undefined) continue;
      const at = lock.indexOf(`"node_modules/${wanted.name}"`);
      expect(lock.slice(at, at + 300)).toContain(`"version": "${sqliteVecVersion}"`);
      expect(lock.slice(at, at + 300)).toContain(wanted.integrity);
    }
  });

  test("is there for Linux with glibc only", () => {
    const having = targets.filter((target) => sqliteVecPackage(target) !== undefined).map(({ name }) => name);
    expect(having).toEqual(["linux-x64", "linux-x64-baseline", "linux-arm64"]);
  });

  test("is refused with another content", () => {
    const wanted = sqliteVecPackage(targetNamed("linux-arm64"));
    if (wanted === undefined) throw new Error("No package");
    expect(() => verifyArchive(new Uint8Array([1, 2, 3]), wanted)).toThrow("Wrong content of sqlite-vec-linux-arm64");
  });
});
