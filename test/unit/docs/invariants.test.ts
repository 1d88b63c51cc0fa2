import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../../build/paths.ts";

for (const page of ["invariants.md", "protocol-mapping.md"]) {
  test(`every test that docs/${page} names exists under that title`, () => {
    const text = readFileSync(join(root, "docs", page), "utf8");
    const cited = [...text.matchAll(/`(test\/[^`]+\.ts)`: "([^"]+)"/g)];
    expect(cited.length).toBeGreaterThan(9);
    const missing = cited.filter(([, file = "", title = ""]) => !holds(file, title)).map(([match]) => match);
    expect(missing).toEqual([]);
  });
}

function holds(file: string, title: string): boolean {
  const path = join(root, file);
  return existsSync(path) && readFileSync(path, "utf8").includes(title);
}
