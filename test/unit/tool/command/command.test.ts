import { describe, expect, test } from "bun:test";
import { chmodSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CommandToolConfig } from "../../../../src/manifest/tools/config.ts";
import type { ToolAction } from "../../../../src/tool/contract.ts";
import { commandTool } from "../../../../src/tool/command/command.ts";
import { fixedSource } from "../../../../src/tool/fixed-source.ts";
import { calledTools } from "../../../support/called-tool.ts";
import { scratchFolder } from "../../../support/scratch-folder.ts";

const cwd = scratchFolder();
const words = join(cwd, "words");
writeFileSync(words, '#!/bin/sh\nfor word in "$@"; do printf "<%s>" "$word"; done\ncat\n');
chmodSync(words, 0o755);

const parameters = {
  type: "object",
  properties: {
    line: { type: "integer", minimum: 1, maximum: 9 },
    note: { type: "string", maxLength: 100 },
    mode: { enum: ["fast", "slow"] },
    tags: { type: "array", items: { type: "string" } },
  },
  required: ["line"],
  additionalProperties: false,
};
const base: CommandToolConfig = {
  type: "command",
  name: "ctl",
  description: "Controls a line",
  command: [words, "restart", "--line={{line}}", "{{note}}", "--mode={{ mode }}", "{{tags}}"],
  parameters,
  stdin: "none",
  ask: false,
  readOnly: false,
  cwd,
  environment: {},
  timeoutMs: 20_000,
  maxOutputBytes: 4096,
};
const tool = (changes: Partial<CommandToolConfig> = {}) =>
  calledTools(fixedSource("ctl", [commandTool({ ...base, ...changes })]));

test("is shown to the model as the manifest describes it", () => {
  const { name, description, parameters: shown, isReadOnly } = commandTool({ ...base, readOnly: true });
  expect({ name, description, shown, isReadOnly }).toEqual({
    name: "ctl",
    description: "Controls a line",
    shown: parameters,
    isReadOnly: true,
  });
});

test("fills arguments into its words, and leaves words out whose argument is not given", async () => {
  const all = { line: 3, note: "due now", mode: "slow", tags: ["a", "b"] };
  expect(await tool().text("ctl", all)).toBe('<restart><--line=3><due now><--mode=slow><["a","b"]>');
  expect(await tool().text("ctl", { line: 3 })).toBe("<restart><--line=3>");
});

describe("an argument stays in its word:", () => {
  test.each([
    "; touch pwned",
    "$(touch pwned)",
    "a b",
    "a\nb",
    "'",
    '"',
    "{{line}}",
    "$&",
    "",
    "*",
    "> x",
    "a --mode=fast",
  ])("%p", async (note) => {
    expect(await tool().text("ctl", { line: 1, note })).toBe(`<restart><--line=1><${note}>`);
    expect(readdirSync(cwd)).toEqual(["words"]);
  });

  test("and is no option, unless the words before say that there are none any more", async () => {
    for (const note of ["-rf", "--mode=fast", "-"])
      expect(await tool().failure("ctl", { line: 1, note })).toEqual({
        kind: "invalid",
        text: '"note" cannot begin with "-"',
      });
    const ended = tool({ command: [words, "--", "{{note}}"] });
    expect(await ended.text("ctl", { line: 1, note: "-rf" })).toBe("<--><-rf>");
    const inside = tool({ command: [words, "--note={{note}}"] });
    expect(await inside.text("ctl", { line: 1, note: "-rf" })).toBe("<--note=-rf>");
    const numbers = tool({
      command: [words, "{{by}}"],
      parameters: { type: "object", properties: { by: { type: "number" } } },
    });
    expect(await numbers.text("ctl", { by: -2.5 })).toBe("<-2.5>");
  });

  test("and leads out of no folder that the word names", async () => {
    const placed = tool({ command: [words, "/var/log/{{note}}.log", "--to=/srv/{{note}}"] });
    expect(await placed.text("ctl", { line: 1, note: "a/b..c" })).toBe("</var/log/a/b..c.log><--to=/srv/a/b..c>");
    for (const note of ["../../etc/passwd", "..", "a/../../b", "..\\x"])
      expect(await placed.failure("ctl", { line: 1, note })).toEqual({
        kind: "invalid",
        text: '"note" cannot lead upwards by ".."',
      });
    expect(await tool().text("ctl", { line: 1, note: "../x" })).toBe("<restart><--line=1><../x>");
  });

  test("and holds no NUL", async () => {
    expect(await tool().failure("ctl", { line: 1, note: "a\0b" })).toMatchObject({ kind: "invalid" });
  });
});

test("nothing runs with arguments that the schema does not take", async () => {
  for (const [input, at] of [
    [{}, "line"],
    [{ line: 10 }, "line"],
    [{ line: 1.5 }, "line"],
    [{ line: "1" }, "line"],
    [{ line: 1, mode: "other" }, "mode"],
    [{ line: 1, note: "x".repeat(101) }, "note"],
    [{ line: 1, tags: [1] }, "tags.0"],
    [{ line: 1, more: 1 }, "more"],
  ] as const) {
    const { kind, text } = await tool().failure("ctl", input);
    expect({ kind, names: text.includes(`"${at}"`) }).toEqual({ kind: "invalid", names: true });
  }
});

test("gives its arguments as one JSON object to read", async () => {
  const reading = tool({ stdin: "json", command: [words] });
  expect(await reading.text("ctl", { line: 3, note: 'a "b"\n' })).toBe('{"line":3,"note":"a \\"b\\"\\n"}');
});

test("a program that reads nothing of a large input is no error", async () => {
  const big = { type: "object", properties: { text: { type: "string" } } };
  const deaf = tool({ stdin: "json", command: ["true"], parameters: big });
  expect(await deaf.text("ctl", { text: "x".repeat(3_000_000) })).toBe("[No output]");
});

test("with ask: runs after a yes to exactly this only", async () => {
  const asked: ToolAction[] = [];
  const asking = tool({ ask: true, stdin: "json", command: [words, "{{note}}"] });
  const input = { line: 3, note: "a b" };
  expect(await asking.failure("ctl", input)).toEqual({
    kind: "denied",
    text: "This was not approved: nobody may approve",
  });
  const approve = (action: ToolAction) => {
    asked.push(action);
    return Promise.resolve({ isGranted: true } as const);
  };
  expect(await asking.text("ctl", input, { approve })).toBe('<a b>{"line":3,"note":"a b"}');
  expect(asked.map(({ action }) => action)).toEqual([`${words} "a b" in ${cwd} with {"line":3,"note":"a b"}`]);
});
