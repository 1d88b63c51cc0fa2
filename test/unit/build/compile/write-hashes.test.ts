import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeHashes } from "../../../../build/compile/write-hashes.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-hashes-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ofA = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";
const ofB = "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d";

describe("writeHashes", () => {
  test("lists what exists by name, in the form of sha256sum", async () => {
    for (const name of ["a", "b"]) writeFileSync(join(folder, name), name);
    await writeHashes(folder, ["b"]);
    await writeHashes(folder, ["a"]);
    expect(readFileSync(join(folder, "SHA256SUMS"), "utf8")).toBe(`${ofA}  a\n${ofB}  b\n`);
    rmSync(join(folder, "b"));
    await writeHashes(folder, ["a"]);
    expect(readFileSync(join(folder, "SHA256SUMS"), "utf8")).toBe(`${ofA}  a\n`);
  });
});
