import { expect, test } from "bun:test";
import { toolSchema } from "../../../../src/model/openai/tool-schema.ts";

const text = { type: "string" };

test("bounds that grammars of servers do not reach are left out, at any depth", () => {
  const parameters = {
    type: "object",
    properties: {
      url: { ...text, maxLength: 8192, minLength: 1 },
      line: { type: "integer", minimum: Number.MIN_SAFE_INTEGER, maximum: 9 },
      name: { anyOf: [{ ...text, pattern: "[a-z]" }, { type: "null" }] },
      all: { type: "array", items: { ...text, pattern: "x" }, maxItems: 5000 },
    },
    required: ["url"],
  };
  expect(toolSchema(parameters)).toEqual({
    type: "object",
    properties: {
      url: { ...text, minLength: 1 },
      line: { type: "integer", maximum: 9 },
      name: { anyOf: [text, { type: "null" }] },
      all: { type: "array", items: text },
    },
    required: ["url"],
  });
});

test("arguments that have the name of a keyword stay, and so do values", () => {
  const parameters = {
    type: "object",
    properties: { pattern: text, maxLength: { enum: [{ pattern: "x" }], default: { pattern: "y" } } },
  };
  expect(toolSchema(parameters)).toEqual(parameters);
});
