import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packPart } from "../../../../build/carry/pack-part.ts";
import { parseCarriedIndex } from "../../../../src/host/carried-index.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-pack-"));
  writeFileSync(join(folder, "a"), "first ");
  writeFileSync(join(folder, "b"), "second");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, isExecutable = false) => ({ path: name, source: join(folder, name), isExecutable });

describe("packPart", () => {
  test("writes all files as one stream, in the index's order", () => {
    const part = packPart({ name: "p", version: "1", files: [file("b"), file("a", true)] }, join(folder, "out"));
    expect(Bun.zstdDecompressSync(readFileSync(part.blob)).toString()).toBe("first second");
    const index = parseCarriedIndex(readFileSync(join(folder, "out", "p.json"), "utf8"));
    expect(index).toMatchObject({ name: "p", version: "1", sha256: part.sha256, files: part.files });
    expect(part.files.map(({ path, sizeBytes, isExecutable }) => [path, sizeBytes, isExecutable])).toEqual([
      ["a", 6, true],
      ["b", 6, false],
    ]);
  });

  test("names equal content equally, whatever the order and version", () => {
    const one = packPart({ name: "q", version: "1", files: [file("b"), file("a")] }, join(folder, "one"));
    const two = packPart({ name: "q", version: "2", files: [file("a"), file("b")] }, join(folder, "two"));
    const other = packPart({ name: "q", version: "1", files: [file("a", true), file("b")] }, join(folder, "three"));
    expect(two.sha256).toBe(one.sha256);
    expect(other.sha256).not.toBe(one.sha256);
    expect(readFileSync(two.blob).equals(readFileSync(one.blob))).toBe(true);
  });

  test("does not pack again what is packed", () => {
    const source = { name: "r", version: "1", files: [file("a")] };
    const before = statSync(packPart(source, join(folder, "again")).blob).ino;
    expect(statSync(packPart(source, join(folder, "again")).blob).ino).toBe(before);
    writeFileSync(join(folder, "a"), "other ");
    expect(statSync(packPart(source, join(folder, "again")).blob).ino).not.toBe(before);
    writeFileSync(join(folder, "a"), "first ");
  });
});

describe("parseCarriedIndex", () => {
  test("refuses anything else", () => {
    expect(() => parseCarriedIndex('{"name":"p"}')).toThrow("Not the index of a carried part: build again");
    expect(() => parseCarriedIndex("[]")).toThrow("Not the index of a carried part");
  });
});
