import { describe, expect, test } from "bun:test";
import { readArguments } from "../../../../src/tool/arguments/read-arguments.ts";
import type { JsonSchema } from "../../../../src/tool/contract.ts";

const object = (properties: JsonSchema, required: readonly string[] = [], more: JsonSchema = {}): JsonSchema => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
  ...more,
});
const text = { type: "string" };
const whole = { type: "integer" };
const weather = object({ city: text, days: whole, unit: { enum: ["c", "f"] }, hourly: { type: "boolean" } }, ["city"]);
const paths = object({ paths: { type: "array", items: text } }, ["paths"]);
const filter = object({ filter: { type: "object", properties: { owner: text, name: text } } }, ["filter"]);
const optional = object({ zone: { anyOf: [text, { type: "null" }] }, count: whole });

const nested = object({ line: object({ number: { type: ["integer", "null"] } }) });

const read = (parameters: JsonSchema, given: unknown): Promise<unknown> =>
  readArguments({ name: "weather", description: "", parameters }, given);

describe("near misses are put right", () => {
  const cases: readonly [string, JsonSchema, unknown, unknown][] = [
    ["a text for a whole number", weather, { city: "Bonn", days: "3" }, { city: "Bonn", days: 3 }],
    ["a number for a text", weather, { city: 7 }, { city: "7" }],
    ["a text for a truth", weather, { city: "Bonn", hourly: "True" }, { city: "Bonn", hourly: true }],
    ["a choice in capitals", weather, { city: "Bonn", unit: "C" }, { city: "Bonn", unit: "c" }],
    ["a null for what may be left out", weather, { city: "Bonn", days: null }, { city: "Bonn" }],
    ["another spelling of a key", weather, { City: "Bonn" }, { city: "Bonn" }],
    ["another name for the one key that is needed", weather, { location: "Bonn" }, { city: "Bonn" }],
    ["a wrapper that is none of the schema's", weather, { arguments: { city: "Bonn" } }, { city: "Bonn" }],
    ["a wrapper with the tool's name", weather, { name: "weather", parameters: { city: "Bonn" } }, { city: "Bonn" }],
    ["a wrapper that holds text", weather, { input: '{"city":"Bonn"}' }, { city: "Bonn" }],
    ["the whole as text", weather, '{"city":"Bonn"}', { city: "Bonn" }],
    ["the one argument alone", weather, "Bonn", { city: "Bonn" }],
    ["a list of one for its item", weather, { city: ["Bonn"] }, { city: "Bonn" }],
    ["a value that describes itself", weather, { city: { type: "string", value: "Bonn" } }, { city: "Bonn" }],
    ["an unknown key that says nothing", weather, { city: "Bonn", note: "" }, { city: "Bonn" }],
    ["a text for a whole number or null", nested, { line: { number: "3" } }, { line: { number: 3 } }],
    ["data for the text that carries it", object({ body: text }), { body: { on: true } }, { body: '{"on":true}' }],
    ["a list for the text that carries it", object({ body: text }), { body: [1, 2] }, { body: "[1,2]" }],
    ["a list of one for its object", nested, { line: [{ number: 3 }] }, { line: { number: 3 } }],
    ["an item for a list", paths, { paths: "a.txt" }, { paths: ["a.txt"] }],
    ["a list as text", paths, { paths: '["a.txt","b.txt"]' }, { paths: ["a.txt", "b.txt"] }],
    ["a bare list", paths, ["a.txt"], { paths: ["a.txt"] }],
    ["a wrapper that is missing", filter, { owner: "plant" }, { filter: { owner: "plant" } }],
    ["an object as text", filter, { filter: '{"owner":"plant"}' }, { filter: { owner: "plant" } }],
    ["a number where null was allowed too", optional, { zone: 7, count: "2" }, { zone: "7", count: 2 }],
  ];
  test.each(cases)("%s", async (_title, schema, given, wanted) => {
    expect(await read(schema, given)).toEqual(wanted);
  });
});

describe("what is right stays as it is", () => {
  const cases: readonly [JsonSchema, unknown][] = [
    [weather, { city: "7", days: 3, unit: "f", hourly: false }],
    [object({ input: text }, ["input"]), { input: '{"city":"Bonn"}' }],
    [object({ arguments: { type: "array" } }), { arguments: ["a"] }],
    [{ type: "object" }, { anything: { goes: null } }],
    [{}, {}],
  ];
  test.each(cases)("%j takes %j", async (schema, given) => {
    expect(await read(schema, given)).toEqual(given);
  });
});

describe("what cannot be meant is told, with what the tool takes", () => {
  const cases: readonly [string, JsonSchema, unknown, string][] = [
    ["a missing argument", weather, { days: 3, hourly: true }, '"city" is missing'],
    ["a wrong type", weather, { city: "Bonn", days: "soon" }, '"days" is "soon", and expected "integer"'],
    ["an argument that there is not", weather, { city: "Bonn", planet: "Mars" }, 'there is no argument "planet"'],
    ["a choice that there is not", weather, { city: "Bonn", unit: "k" }, '"unit"'],
    ["no object at all", weather, [1, 2], "The arguments are"],
    ["a wrong item", paths, { paths: [{ a: 1 }] }, '"paths.0"'],
  ];
  test.each(cases)("%s", async (_title, schema, given, words) => {
    const told = await read(schema, given).then(
      () => "it was taken",
      (error: unknown) => (error instanceof Error ? error.message : "no error"),
    );
    expect(told).toContain(words);
    expect(told).toContain("Call weather again with {");
  });
});

describe("a schema that lies harms nobody", () => {
  const loop: Record<string, unknown> = { type: "object" };
  loop["properties"] = { self: loop };
  const cases: readonly [string, JsonSchema][] = [
    ["refers to nothing", { $ref: "#/$defs/nowhere" }],
    ["refers to itself", { $ref: "#" }],
    ["has properties that are none", { type: "object", properties: 7, required: "x" }],
    ["has a type that is none", { type: "thing" }],
    ["has no end", loop],
    ["has a pattern that takes for ever", object({ city: { ...text, pattern: "^(a+)+$" } })],
  ];
  test.each(cases)("that %s", async (_title, schema) => {
    const startedAt = performance.now();
    const given = { city: `${"a".repeat(40)}!` };
    const outcome = await read(schema, given).then(
      () => "taken",
      (error: unknown) => (error instanceof Error ? error.name : ""),
    );
    expect(["taken", "ToolError"]).toContain(outcome);
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});

test("an argument that is wrong is not called unknown, too", async () => {
  const told = await read(nested, { line: { number: "many" } }).catch(String);
  expect(told).toContain('"line.number" is "many", and expected');
  expect(told).not.toContain("there is no argument");
});
