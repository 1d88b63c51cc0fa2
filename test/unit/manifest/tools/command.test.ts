import { describe, expect, test } from "bun:test";
import { resolvedPlain } from "../../../../src/manifest/resolved.ts";
import { agentWithTools, checkedManifest } from "../../../support/checked-manifest.ts";

const check = (keys: string, changes = {}) =>
  checkedManifest(
    agentWithTools(`c: { type: command, description: Does it, allow_unauthenticated: true, ${keys} }`),
    changes,
  );
const line = "parameters: { type: object, properties: { line: { type: integer, minimum: 1 } }, required: [line] }";

test("a command tool has its defaults, and is shown resolved", () => {
  const { manifest, problems, warnings } = check(`command: [ctl, "{{line}}"], ${line}`);
  expect([...problems, ...warnings]).toEqual([]);
  const parameters = {
    type: "object",
    properties: { line: { type: "integer", minimum: 1 } },
    additionalProperties: false,
  };
  const tool = {
    type: "command",
    command: ["ctl", "{{line}}"],
    parameters,
    stdin: "json",
    ask: false,
    read_only: false,
  };
  expect(manifest && resolvedPlain(manifest)).toMatchObject({ agents: { a: { tools: { c: tool } } } });
});

test("without known callers it is a problem on an open bus, read_only or not", () => {
  const open = agentWithTools("c: { type: command, description: x, command: [ctl], read_only: true }");
  expect(checkedManifest(open).problems.join()).toContain('"c", which runs a program, on a bus without authentication');
});

describe("is a problem:", () => {
  test.each([
    ['command: ["{{line}}"]', "accepted a name or a path without {{…}}"],
    ['command: [ctl, "{{lien}}"]', "Found {{lien}}, which is no argument; accepted are line"],
    ['command: [ctl, "{{}}"]', "Found {{}}, which is no argument"],
    ['command: [ctl, "{{toString}}"]', "Found {{toString}}, which is no argument"],
    ["command: []", "a list of words such as"],
    ["command: ctl", "a list of words such as"],
  ])("%s", (keys, message) => {
    expect(check(`${keys}, ${line}`).problems.join()).toContain(message);
  });

  test.each([
    ["{ properties: {} }", "type: object, with properties"],
    ["{ type: object, properties: { a: { type: strng } } }", "accepted one of string, integer"],
    ["{ type: object, properties: { a: { type: string, patern: x } } }", 'did you mean "pattern"'],
    ['{ type: object, properties: { a: { type: string, pattern: "(" } } }', "accepted a regular expression"],
    ["{ type: object, properties: { a: string } }", "accepted a JSON Schema such as"],
    ["{ type: object, properties: { a b: { type: string } } }", "accepted a name out of letters"],
    ["{ type: object, required: [b] }", 'Found "b", which properties does not have'],
    ["{ type: object, properties: { a: { type: array, items: { type: x } } } }", "accepted one of string"],
    ["{ type: object, properties: { a: { anyOf: [] } } }", 'Found the keyword "anyOf"'],
  ])("parameters %s", (parameters, message) => {
    expect(check(`command: [ctl], parameters: ${parameters}`).problems.join()).toContain(message);
  });

  test("no description", () => {
    const none = agentWithTools("c: { type: command, command: [ctl], allow_unauthenticated: true }");
    expect(checkedManifest(none).problems.join()).toContain("c.description: The key is missing");
  });
});

test("a program that is not there, and a pattern that matches a part of a text, are warnings", () => {
  expect(check("command: [nosuch]", { hasProgram: () => false }).warnings.join()).toContain('no program "nosuch"');
  const loose = 'parameters: { type: object, properties: { a: { type: string, pattern: "[a-z]+" } } }';
  expect(check(`command: [ctl, "{{a}}"], ${loose}`).warnings.join()).toContain("matches a part of a text");
});

test("a number that begins a word and may be negative is a warning, and one that may not is none", () => {
  const warned = (schema: string, word = "{{pid}}") =>
    check(`command: [kill, "${word}"], parameters: { type: object, properties: { pid: ${schema} } }`).warnings.join();
  expect(warned("{ type: integer }")).toContain("Found {{pid}}, a number that may be negative");
  for (const schema of [
    "{ type: integer, minimum: 1 }",
    "{ type: number, minimum: -40 }",
    "{ type: integer, enum: [1, 2] }",
  ])
    expect(warned(schema)).toBe("");
  expect(warned("{ type: integer }", "--pid={{pid}}")).toBe("");
  expect(warned("{ type: string }")).toBe("");
});
