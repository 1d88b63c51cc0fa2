import { describe, expect, test } from "bun:test";
import { formatProblem } from "../../../../src/manifest/problem.ts";
import { readSkill } from "../../../../src/manifest/skills/skill-file.ts";

const file = "/skills/fill-forms/SKILL.md";
const read = (text: string) => readSkill(text, file, "/skills/fill-forms");
const problems = (text: string) => read(text).problems.map((problem) => formatProblem(problem));
const withKeys = (keys: string) => `---\n${keys}\n---\nDo it.\n`;
const named = "name: fill-forms\ndescription: Fills forms.";

test("a skill is its front matter and what comes after it", () => {
  const text =
    "---\r\nname: fill-forms\r\ndescription: >\r\n  Fills forms.\r\n  Use it for PDF.\r\nlicense: MIT\r\nmetadata: { by: us }\r\n---\r\n# Steps\r\n\r\n---\r\nOne.\r\n";
  expect(read(text)).toEqual({
    skill: {
      name: "fill-forms",
      description: "Fills forms. Use it for PDF.",
      instructions: "# Steps\r\n\r\n---\r\nOne.",
      folder: "/skills/fill-forms",
    },
    problems: [],
    warnings: [],
  });
});

test.each([
  ["clock docs_*", ["clock", "docs_*"]],
  ["clock, docs_read,clock", ["clock", "docs_read"]],
  ["[clock, docs_read]", ["clock", "docs_read"]],
  ["", []],
  ['""', []],
])("allowed-tools: %s", (written, expected) => {
  expect(read(withKeys(`${named}\nallowed-tools: ${written}`)).skill?.allowedTools).toEqual(expected);
});

test("a rule within a tool allows nothing, and is a warning", () => {
  const { skill, warnings } = read(withKeys(`${named}\nallowed-tools: Bash(git add:*, git rm) clock`));
  expect(skill?.allowedTools).toEqual(["clock"]);
  expect(warnings.map((warning) => formatProblem(warning)).join()).toContain(`${file}:4:16: warning: allowed-tools:`);
});

describe("a SKILL.md with a mistake is told by its place", () => {
  test.each([
    ["no front matter", "# Steps\n", `${file}:1:1: Found no front matter, accepted "---" as the first line`],
    ["no end", `---\n${named}\n`, `${file}:1:1: Found front matter without its end, accepted a second "---" line`],
    [
      "nothing in it",
      "---\n\n---\nDo.",
      `${file}:1:1: Found front matter without keys, accepted name: and description:`,
    ],
    ["a list", "---\n- a\n---\nDo.", `${file}:2:1: Found front matter without keys, accepted name: and description:`],
    ["no instructions", `---\n${named}\n---\n \n`, "Found no instructions after the front matter"],
    ["no name", withKeys("description: x"), "name: Found nothing, accepted a name of 1 to 64 characters"],
    ["a name with capitals", withKeys("description: x\nname: Fill"), `${file}:3:7: name: Found "Fill"`],
    ["a name with two hyphens", withKeys("name: a--b\ndescription: x"), `${file}:2:7: name: Found "a--b"`],
    ["a name that leads away", withKeys("name: ../x\ndescription: x"), `${file}:2:7: name: Found "../x"`],
    ["a number as name", withKeys("name: 12\ndescription: x"), `${file}:2:7: name: Found no text`],
    ["no description", withKeys("name: fill-forms"), "description: Found nothing, accepted a text"],
    ["a long description", withKeys(`name: a\ndescription: ${"x".repeat(1025)}`), "Found 1025 characters"],
    ["an escape in it", withKeys('name: a\ndescription: "a\\e[31m"'), `${file}:3:14: description: Found control`],
    ["text turned round in it", withKeys('name: a\ndescription: "a\\u202Eb"'), "Found control characters or hidden"],
    ["hidden text in it", withKeys("name: a\ndescription: a\u{e0041}b"), "Found control characters or hidden ones"],
    ["half a character in it", withKeys('name: a\ndescription: "a\\uD800"'), "description: Found "],
    ["a control character", `---\n${named}\n---\nDo.\u001b[2J`, `${file}:5:4: Found the control character U+001B`],
    ["tools that are none", withKeys(`${named}\nallowed-tools: { a: b }`), "Found neither text nor list"],
    ["a key twice", withKeys(`${named}\nname: other`), `${file}:4:1:`],
    ["broken YAML", withKeys('name: "fill'), `${file}:2:`],
    ["a giant", `---\n${named}\n---\n${"x".repeat(70_000)}`, "accepted up to 65536; put the rest into files beside it"],
    ["giant front matter", withKeys(`${named}\nx: ${"y".repeat(20_000)}`), "Found front matter of 20"],
  ])("%s", (_, text, expected) => {
    const found = problems(text);
    expect(found.join("\n")).toContain(expected);
    expect(read(text).skill).toBeUndefined();
  });

  test("aliases that multiply", () => {
    const levels = Array.from(
      { length: 9 },
      (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level}, `.repeat(9)}]`,
    );
    const startedAt = performance.now();
    expect(problems(withKeys(`${named}\nl0: &l0 [x]\n${levels.join("\n")}`))).toHaveLength(1);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  test("lists in lists without end", () => {
    expect(problems(withKeys(`${named}\nx: ${"[".repeat(8000)}`)).length).toBeGreaterThan(0);
  });
});
