import { describe, expect, test } from "bun:test";
import { AllowedTools } from "../../../src/agent/allowed-tools.ts";
import type { Tool } from "../../../src/tool/contract.ts";
import { ToolError } from "../../../src/tool/contract.ts";

function tool(name: string): Tool {
  const run = () => Promise.resolve({ text: name });
  return { name, description: name, parameters: { type: "object" }, isReadOnly: true, run };
}

const tools = () => new AllowedTools(["skill", "clock", "docs_read", "docs_write", "shell"].map(tool));
const names = (of: AllowedTools) => of.now().map(({ name }) => name);

function refusal(of: AllowedTools, name: string): ToolError {
  try {
    of.ofCall(name);
  } catch (error) {
    if (error instanceof ToolError) return error;
  }
  throw new Error(`The tool ${name} is allowed`);
}

describe("the tools of a turn", () => {
  test("are all of them at first", () => {
    expect(names(tools())).toEqual(["skill", "clock", "docs_read", "docs_write", "shell"]);
  });

  test("are those that a skill allows, and its own", () => {
    const allowed = tools();
    allowed.narrow("skill", { by: "forms", tools: ["docs_*", "none"] });
    expect(names(allowed)).toEqual(["skill", "docs_read", "docs_write"]);
    expect(allowed.ofCall("docs_read").name).toBe("docs_read");
    expect(refusal(allowed, "shell")).toMatchObject({
      kind: "denied",
      message:
        'The skill "forms" does not allow the tool "shell" in this turn. Allowed are: skill, docs_read, docs_write',
    });
  });

  test("no spelling of a name gets by", () => {
    const allowed = tools();
    allowed.narrow("skill", { by: "forms", tools: [] });
    for (const name of ["SHELL", "functions.shell", "s-h-e-l-l", "shell"])
      expect(refusal(allowed, name).kind).toBe("denied");
  });

  test("that are left are those that a model is told of when it makes a name up", () => {
    const allowed = tools();
    allowed.narrow("skill", { by: "forms", tools: ["docs_*"] });
    expect(() => allowed.ofCall("fly")).toThrow('There is no tool "fly". There are: skill, docs_read, docs_write');
  });

  test("are not widened by another skill: each must allow a tool", () => {
    const allowed = tools();
    allowed.narrow("skill", { by: "forms", tools: ["docs_*", "clock"] });
    allowed.narrow("skill", { by: "all", tools: ["*"] });
    allowed.narrow("skill", { by: "times", tools: ["clock", "shell"] });
    expect(names(allowed)).toEqual(["skill", "clock"]);
  });
});
