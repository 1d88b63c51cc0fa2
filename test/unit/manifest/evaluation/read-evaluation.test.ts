import { expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../../../build/paths.ts";
import { readEvaluation } from "../../../../src/manifest/evaluation/read-evaluation.ts";
import { formatProblem } from "../../../../src/manifest/problem.ts";

const problemsOf = (text: string) => readEvaluation("cases.yaml", text).problems.map(formatProblem);

test("a case takes agent, runs, pass and timeout from the top, unless it has its own", () => {
  const { cases, problems } = readEvaluation(
    "cases.yaml",
    `
agent: helper
runs: 3
pass: 2
timeout: 10s
cases:
  plain: { prompt: Hello, expect: { contains: hello } }
  own: { agent: other, prompt: Hello, runs: 5, expect: { max_time: 2s } }
  talk:
    turns: [{ prompt: One }, { prompt: Two, expect: { matches: two } }]
    pass: 1
`,
  );
  expect(problems).toEqual([]);
  expect(cases).toEqual([
    {
      name: "plain",
      agent: "helper",
      runs: 3,
      pass: 2,
      timeoutMs: 10_000,
      turns: [{ prompt: "Hello", expect: { contains: "hello" } }],
    },
    {
      name: "own",
      agent: "other",
      runs: 5,
      pass: 5,
      timeoutMs: 10_000,
      turns: [{ prompt: "Hello", expect: { max_time: 2000 } }],
    },
    {
      name: "talk",
      agent: "helper",
      runs: 3,
      pass: 1,
      timeoutMs: 10_000,
      turns: [
        { prompt: "One", expect: {} },
        { prompt: "Two", expect: { matches: "two" } },
      ],
    },
  ]);
});

const wrong: readonly (readonly [what: string, text: string, problem: RegExp])[] = [
  ["an empty file", "", /^cases.yaml:1:1: .*an evaluation has at least "cases:"/],
  ["a list", "- a", /^cases.yaml:1:1: .*accepted a map with "cases:"/],
  ["no cases", "agent: a", /^cases.yaml:1:1: cases: The key is missing/],
  ["an empty map of cases", "agent: a\ncases: {}", /^cases.yaml:2:8: cases: Found no case/],
  ["broken YAML", "cases: {", /^cases.yaml:\d+:\d+: /],
  [
    "a misspelt expectation",
    "agent: a\ncases:\n  x:\n    prompt: p\n    expect: { contain: q }",
    /^cases.yaml:5:15: cases.x.expect.contain: Found the unknown key "contain", did you mean "contains"/,
  ],
  [
    "an expectation of nothing",
    "agent: a\ncases:\n  x: { prompt: p, expect: {} }",
    /^cases.yaml:3:\d+: cases.x.expect: .*accepted a map with contains/,
  ],
  [
    "a text that is no pattern",
    "agent: a\ncases:\n  x: { prompt: p, expect: { matches: '(' } }",
    /^cases.yaml:3:38: cases.x.expect.matches: Found "\(", accepted a regular expression/,
  ],
  [
    "a keyword that is not looked at",
    "agent: a\ncases:\n  x: { prompt: p, expect: { json_schema: { properties: { a: { pattern: b } } } } }",
    /cases.x.expect.json_schema.properties.a.pattern: Found the unknown key "pattern"/,
  ],
  [
    "a type that JSON does not have",
    "agent: a\ncases:\n  x: { prompt: p, expect: { json_schema: { type: text } } }",
    /cases.x.expect.json_schema.type: Found "text", accepted one of string, number/,
  ],
  [
    "an empty expectation in a turn",
    "agent: a\ncases:\n  x: { turns: [{ prompt: p, expect: {} }] }",
    /^cases.yaml:3:\d+: cases.x.turns\[0\].expect: Found an empty map/,
  ],
  ["no agent", "cases:\n  x: { prompt: p, expect: { contains: q } }", /^cases.yaml:2:3: cases.x: Found a case without/],
  ["no prompt", "agent: a\ncases:\n  x: { expect: { contains: q } }", /^cases.yaml:3:3: cases.x: .*without a prompt/],
  ["no expectation", "agent: a\ncases:\n  x: { prompt: p }", /^cases.yaml:3:3: cases.x: .*expects nothing/],
  [
    "a prompt beside turns",
    "agent: a\ncases:\n  x: { prompt: p, turns: [{ prompt: q, expect: { contains: r } }] }",
    /^cases.yaml:3:8: cases.x.prompt: Found "prompt:" beside "turns:"/,
  ],
  [
    "more passes than runs",
    "agent: a\ncases:\n  x: { prompt: p, runs: 2, pass: 3, expect: { contains: q } }",
    /^cases.yaml:3:34: cases.x.pass: Found pass: 3, accepted at most the number of runs, 2/,
  ],
  [
    "a number in a notation that surprises",
    "agent: a\ncases:\n  x: { prompt: p, expect: { tools: [{ name: t, input: { n: 1e3 } }] } }",
    /cases.x.expect.tools\[0\].input: .*plain numbers/,
  ],
];

for (const [what, text, problem] of wrong) {
  test(`${what} is a problem with its place`, () => {
    const problems = problemsOf(text);
    expect(problems.join("\n")).toMatch(new RegExp(problem.source, "m"));
    expect(readEvaluation("cases.yaml", text).cases).toEqual([]);
  });
}

test("the example in docs/evaluations.md is taken as it is", async () => {
  const page = await readFile(join(root, "docs", "evaluations.md"), "utf8");
  const example = /```yaml\n([^]*?)```/.exec(page)?.[1] ?? "";
  const { cases, problems } = readEvaluation("cases.yaml", example);
  expect(problems).toEqual([]);
  expect(cases.map(({ name }) => name)).toEqual(["explains", "looks-it-up", "as-json", "remembers"]);
});
