import { describe, expect, test } from "bun:test";
import { PromptedAnswer } from "../../../../src/model/prompted-tools/prompted-answer.ts";
import { fixtureTools } from "../../../support/tool-call-fixtures.ts";

function read(text: string, size: number) {
  const one = new PromptedAnswer(fixtureTools);
  let shown = "";
  for (let at = 0; at < text.length; at += size) shown += one.push(text.slice(at, at + size));
  const end = one.end();
  return { text: shown + end.text, calls: end.calls.map(({ name, input }) => ({ name, input })) };
}

describe("an answer in the prompted protocol, however it is cut", () => {
  interface Call {
    readonly name: string;
    readonly input: Readonly<Record<string, unknown>>;
  }
  const cases: readonly [string, string, { readonly text: string; readonly calls: readonly Call[] }][] = [
    ["is text", '{"answer": "It is ten."}', { text: "It is ten.", calls: [] }],
    ["with escapes", ' {\n"answer":"a\\n\\"b\\" \\u00e4 \\ud83d\\ude00 \\\\"}', { text: 'a\n"b" ä 😀 \\', calls: [] }],
    ["that was cut is shown as far as it came", '{"answer": "It is t', { text: "It is t", calls: [] }],
    ["by a schema is JSON", '{"answer": {"ok": true}}', { text: '{"ok":true}', calls: [] }],
    [
      "is a call",
      '{"tool": "clock", "arguments": {"timezone": "UTC"}}',
      { text: "", calls: [{ name: "clock", input: { timezone: "UTC" } }] },
    ],
    [
      "in another form is a call too",
      '<tool_call>{"name": "clock", "arguments": {"timezone": "UTC"}}</tool_call>',
      { text: "", calls: [{ name: "clock", input: { timezone: "UTC" } }] },
    ],
    ["in a fence is text, too", '```json\n{"answer": "It is ten."}\n```', { text: "It is ten.", calls: [] }],
    [
      "in a fence is a call, too",
      '```json\n{"tool": "clock", "arguments": {"timezone": "UTC"}}\n```',
      { text: "", calls: [{ name: "clock", input: { timezone: "UTC" } }] },
    ],
    [
      "with a tool that there is not is a call",
      '{"tool": "weather", "arguments": {"city": "Bonn"}}',
      { text: "", calls: [{ name: "weather", input: { city: "Bonn" } }] },
    ],
    ["with no tool is text", '{"tool": null, "answer": "It is ten."}', { text: "It is ten.", calls: [] }],
    [
      "with an answer for a tool is text",
      '{"tool": "answer", "arguments": {"answer": "Ten"}}',
      { text: "Ten", calls: [] },
    ],
    ["in other JSON is text", '{"tool": 7, "size": 3}', { text: '{"tool": 7, "size": 3}', calls: [] }],
    ["in a fence of code is text", "```python\nprint(1)\n```", { text: "```python\nprint(1)\n```", calls: [] }],
    ["that keeps to nothing is text", "It is ten.", { text: "It is ten.", calls: [] }],
    ["that is empty is empty", "", { text: "", calls: [] }],
  ];
  test.each(cases)("%s", (_title, text, wanted) => {
    for (const size of [1, 2, 3, 5, Math.max(1, text.length)])
      expect(read(text, size)).toEqual({ text: wanted.text, calls: [...wanted.calls] });
  });
});

test("text flows from its first letter on", () => {
  const one = new PromptedAnswer(fixtureTools);
  expect(one.push('{"answer": "I')).toBe("I");
  expect(one.push("t is")).toBe("t is");
});
