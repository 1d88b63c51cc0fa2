import { expect, test } from "bun:test";
import { askTool } from "../../../src/tool/ask.ts";
import { ToolError, type ToolQuestion } from "../../../src/tool/contract.ts";
import { toolContext } from "../../support/tool-context.ts";

const config = { type: "ask", name: "ask", timeoutMs: 2000 } as const;

test("puts the model's question to the caller, and gives the answer", async () => {
  const asked: ToolQuestion[] = [];
  const ask = (question: ToolQuestion) => {
    asked.push(question);
    return Promise.resolve({ text: "Line 3", files: [] });
  };
  expect(await askTool(config).run({ question: "Which line?" }, toolContext({ ask }))).toEqual({ text: "Line 3" });
  expect(asked).toEqual([{ prompt: "Which line?", timeoutMs: 2000 }]);
});

test("gives the default when nobody answers, and an error without one", async () => {
  const withDefault = askTool({ ...config, default: "Take line 1" });
  expect(await withDefault.run({ question: "Which line?" }, toolContext())).toEqual({ text: "Take line 1" });
  expect(() => askTool(config).run({ question: "Which line?" }, toolContext())).toThrow(ToolError);
});

test("asks nothing without a question", () => {
  expect(() => askTool({ ...config, default: "x" }).run({}, toolContext())).toThrow('"question"');
});
