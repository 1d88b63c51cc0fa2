import { expect, test } from "bun:test";
import { withoutReferences } from "../../../../src/tool/mcp/without-references.ts";

const number = { type: "integer" };

test("what a schema refers to stands in its place, with what stood beside the reference", () => {
  const line = { type: "object", properties: { n: number, part: { $ref: "#/$defs/Part" } } };
  const schema = {
    type: "object",
    properties: { line: { $ref: "#/$defs/Line", description: "Which" }, all: { items: { $ref: "#/$defs/a~1b" } } },
    $defs: { Line: line, Part: { type: "string" }, "a/b": number },
  };
  expect(withoutReferences(schema)).toEqual({
    type: "object",
    properties: {
      line: { type: "object", properties: { n: number, part: { type: "string" } }, description: "Which" },
      all: { items: number },
    },
  });
});

const twice = { properties: { a: { $ref: "#/$defs/x1" }, b: { $ref: "#/$defs/x1" } } };
const doubling = Object.fromEntries(
  Array.from({ length: 20 }, (_, at) => [
    `x${at}`,
    { properties: { a: { $ref: `#/$defs/x${at + 1}` }, b: { $ref: `#/$defs/x${at + 1}` } } },
  ]),
);

test.each([
  ["refers to itself", { properties: { a: { $ref: "#/$defs/A" } }, $defs: { A: { items: { $ref: "#/$defs/A" } } } }],
  ["refers to nothing", { properties: { a: { $ref: "#/$defs/B" } }, $defs: { A: number } }],
  ["would become a thousand times as large", { ...twice, $defs: { ...doubling, x20: number } }],
  ["holds nothing to refer to", { properties: { a: { $ref: "#" } } }],
])("a schema that %s is left as it is", (_title, schema) => {
  expect(withoutReferences(schema)).toBe(schema);
});
