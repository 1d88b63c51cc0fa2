import { describe, expect, test } from "bun:test";
import { parametersOf, SchemaProblem } from "../../../../src/tool/mcp/parameters-of.ts";

describe("parametersOf", () => {
  test("keeps what a model needs, and nothing that runs or reaches out", () => {
    const given = {
      $schema: "http://json-schema.org/draft-07/schema#",
      $id: "http://example.org/schema",
      type: "object",
      properties: {
        path: { type: "string", description: "Where\u001b[2J", pattern: "(a+)+$", minLength: 1 },
        kind: { enum: ["a", "b"], default: "a" },
        deep: { anyOf: [{ type: "integer", minimum: 0 }, { $ref: "#/$defs/name" }, true] },
        list: { type: "array", items: { type: ["string", "null"] } },
      },
      patternProperties: { "^x": { type: "string" } },
      required: ["path"],
      additionalProperties: false,
      $defs: { name: { type: "string" } },
      "x-vendor": { anything: 1 },
    };
    expect(parametersOf(given)).toEqual({
      type: "object",
      properties: {
        path: { type: "string", description: "Where[2J", minLength: 1 },
        kind: { enum: ["a", "b"], default: "a" },
        deep: { anyOf: [{ type: "integer", minimum: 0 }, { type: "string" }, true] },
        list: { type: "array", items: { type: ["string", "null"] } },
      },
      required: ["path"],
      additionalProperties: false,
    });
  });

  test("takes arguments for none when nothing is said of them", () => {
    expect(parametersOf({})).toEqual({ type: "object" });
  });

  const nested = (depth: number): unknown => (depth === 0 ? {} : { properties: { a: nested(depth - 1) } });

  test.each([
    ["is no JSON Schema", undefined],
    ["is no JSON Schema", []],
    ['is not of type "object"', { type: "string" }],
    ["holds [] where a map of schemas belongs", { properties: [] }],
    ["holds 5 where a schema belongs", { properties: { a: 5 } }],
    ['has an unknown type "text"', { properties: { a: { type: "text" } } }],
    ['holds "0" where a number belongs', { properties: { a: { minimum: "0" } } }],
    ["holds {} where a list of schemas belongs", { properties: { a: { anyOf: {} } } }],
    ["refers to something outside of it", { properties: { a: { $ref: "file:///etc/passwd" } } }],
    ["names an argument with control characters, or too long", { properties: { "a\u0007": {} } }],
    ["has a required that is no list of names", { required: "a" }],
    ["is more than 16 levels deep", nested(20)],
    ["bytes, accepted are 32768", { properties: { a: { enum: ["x".repeat(40_000)] } } }],
  ])("refuses one of which it says that it %s", (why, schema) => {
    expect(() => parametersOf(schema)).toThrow(SchemaProblem);
    expect(() => parametersOf(schema)).toThrow(why);
  });

  test("is not confused by names that every object has", () => {
    const schema = JSON.parse(
      '{"properties":{"constructor":{"type":"string"}},"toString":1,"__proto__":{"x":1}}',
    ) as unknown;
    expect(parametersOf(schema)).toEqual({ type: "object", properties: { constructor: { type: "string" } } });
  });
});
