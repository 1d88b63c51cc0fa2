// What is read without the YAML library is read as the library reads it, and nothing is taken for right that the library would not.

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FileReport } from "../../../src/manifest/file-report.ts";
import { readPlainYaml } from "../../../src/manifest/plain-yaml.ts";
import { starterManifest } from "../../../src/manifest/starter.ts";
import { readWholeYaml } from "../../../src/manifest/whole-yaml.ts";
import type { YamlTree } from "../../../src/manifest/yaml-tree.ts";
import { root } from "../../../build/paths.ts";

/** Undefined when the library, or what builds the tree of what it gives, has anything to say about the text. */
function whole(text: string): YamlTree | undefined {
  const report = new FileReport("file", text);
  const tree = readWholeYaml(text, report, { name: "a manifest", least: "a key", second: "one file each" });
  return report.problems.length + report.warnings.length > 0 ? undefined : tree;
}

function filesBelow(folder: string, extension: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => name.endsWith(extension))
    .map((name) => readFileSync(join(root, folder, name), "utf8"))
    .filter((text) => text.length < 100_000);
}

const documented = [...filesBelow("docs", ".md"), readFileSync(join(root, "README.md"), "utf8")].flatMap((page) =>
  [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = ""]) => text),
);
const fixtures = filesBelow("test/fixtures/manifests", ".yaml");
const shapes = [
  "a:\n- x\n- y: 1\n  z: 2\nb: |-\n  one\n\n    two\n  three\nc: [1, 2.5,\n  { d: -3 }]\n",
  'a: \'x: # y\'\nb: "tab\\tand \\"quotes\\"" # comment\n# comment\n\nc: http://host:80/#x\n',
  "a: { b: c, d: [e, f,], }\nn: [null, true, False]\n",
];

describe("a plain text", () => {
  test("is read as the library reads it: manifests of the pages, fixtures, the first manifest", () => {
    let plain = 0;
    for (const text of [...documented, ...fixtures, ...shapes, starterManifest()]) {
      const tree = readPlainYaml(text);
      if (tree === undefined) continue;
      plain += 1;
      expect<YamlTree | undefined>(tree).toStrictEqual(whole(text));
    }
    expect(plain).toBeGreaterThan(100);
  });

  test("is nearly every manifest that a user is shown", () => {
    const right = documented.filter((text) => whole(text) !== undefined);
    expect(right.filter((text) => readPlainYaml(text) === undefined).length).toBeLessThan(right.length / 20);
    for (const text of [...shapes, starterManifest()]) expect(readPlainYaml(text)).toBeDefined();
  });

  test("that was tampered with is read as the library reads it, or left to it", () => {
    const pieces =
      " |\n|: |- |#| #|{|}|[|]|,|'|\"|a|1|.|~|&|*|!|?|\\|  |\n  |\n\n|true|0x1|1e3|>|%|@|---\n|null|<<|-1|+|\u0085|\u2028|\t";
    const bases = [...documented, ...shapes].filter((text) => text.length < 1_500 && readPlainYaml(text) !== undefined);
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.constantFrom(0, 0, 1, 3),
      put: fc.constantFrom("", "|\n", ...pieces.split("|")),
    });
    const edited = (text: string, { at, cut, put }: { at: number; cut: number; put: string }) => {
      const offset = Math.floor(at * text.length);
      return text.slice(0, offset) + put + text.slice(offset + cut);
    };
    fc.assert(
      fc.property(fc.constantFrom(...bases), fc.array(edit, { minLength: 1, maxLength: 3 }), (base, edits) => {
        const text = edits.reduce(edited, base);
        const tree = readPlainYaml(text);
        if (tree !== undefined) expect<YamlTree | undefined>(tree).toStrictEqual(whole(text));
      }),
      { numRuns: 3_000 },
    );
  });
});

describe("a text is left to the library with", () => {
  for (const [what, text] of [
    ["an anchor", "a: &x 1\nb: *x\n"],
    ["a tag", "a: !!str 1\n"],
    ["a key that stands twice", "a: 1\na: 2\n"],
    ["a merge key", "<<: 1\n"],
    ["a folded text", "a: >\n  b\n  c\n"],
    ["a text over two lines", "a: b\n  c\n"],
    ["a number in a surprising notation", "a: 0123\n"],
    ["a word for a key that is none", "true: 1\n"],
    ["a second document", "a: 1\n---\nb: 2\n"],
    ["a tab", "a:\t1\n"],
    ["white space of another kind", "a: |\n  b\u2028\n"],
    ["the end of a line of another kind", "a: b\u0085\n"],
    ["a key without a value", "a:\nb: 1\n"],
    ["a colon in a text", "a: b: c\n"],
    ["a line of a flow map too far left", "a:\n  b: {\n c: 1 }\n"],
    ["nothing in it", "\n# nothing\n"],
    ["more depth than anybody needs", `${"[".repeat(40)}${"]".repeat(40)}\n`],
  ] as const) {
    test(what, () => {
      expect(readPlainYaml(text)).toBeUndefined();
    });
  }
});
