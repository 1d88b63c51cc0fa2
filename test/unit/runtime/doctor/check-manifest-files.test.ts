import { expect, test } from "bun:test";
import { checkManifestFiles } from "../../../../src/runtime/doctor/check-manifest-files.ts";
import type { ManifestFacts } from "../../../../src/runtime/doctor/manifest-facts.ts";
import { findingsOf, linesOf } from "./findings.ts";

const file = "/etc/muster/agents.yaml";

function facts(given: Partial<ManifestFacts> = {}): ManifestFacts {
  return {
    ...{ file, isAbsent: false, problems: [], warnings: [], files: [], isService: true },
    reach: { hidden: [], dropIn: undefined },
    ...given,
  };
}

test("a manifest that is not there says how to make one", async () => {
  expect(await findingsOf(checkManifestFiles(file, undefined, undefined))).toMatchObject([
    { result: "problem", text: `No manifest at "${file}"` },
  ]);
});

test("each problem is a row, and many are counted", async () => {
  const problems = Array.from({ length: 13 }, (_, index) => `${file}:${index + 1}:1: Wrong`);
  const lines = await linesOf(checkManifestFiles(file, facts({ problems }), undefined));
  expect(lines).toHaveLength(11);
  expect(lines[0]).toBe(`problem: ${file}:1:1: Wrong`);
  expect(lines[10]).toBe("problem: 3 more");
});

test("what the runtime made of the same file counts, not what this shell's environment makes of it", async () => {
  const problems = [`${file}:1:1: Variable KEY is not set`];
  const good = { files: [{ file, problems: [], usesLastGood: false }] };
  expect(await linesOf(checkManifestFiles(file, facts({ problems }), good))).toEqual([]);
  const bad = { files: [{ file, problems: ["x.yaml:2:1: Wrong"], usesLastGood: true }] };
  expect(await linesOf(checkManifestFiles(file, facts(), bad))).toEqual([
    "problem: x.yaml:2:1: Wrong; its last good form serves",
  ]);
  const other = { files: [{ file: "/other.yaml", problems: [], usesLastGood: false }] };
  expect(await linesOf(checkManifestFiles(file, facts({ problems }), other))).toHaveLength(1);
});
