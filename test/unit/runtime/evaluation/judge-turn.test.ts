import { expect, test } from "bun:test";
import type { Expectations } from "../../../../src/manifest/evaluation/schema-evaluation.ts";
import { judgeTurn } from "../../../../src/runtime/evaluation/judge-turn.ts";
import type { ToolCallTrace } from "../../../../src/telemetry/trace.ts";

const misses = (expectations: Expectations, answer: string, tools: readonly ToolCallTrace[] = []) =>
  judgeTurn(expectations, { answer, totalMs: 1500, tools });

const called = (name: string, input?: Record<string, unknown>): ToolCallTrace => ({
  name,
  outcome: "ok",
  durationMs: 1,
  inputBytes: 2,
  outputBytes: 2,
  ...(input === undefined ? {} : { input }),
});

test("contains wants every text, whatever its case, and not_contains none", async () => {
  expect(await misses({ contains: ["DOOR", "open"] }, "The door is open.")).toEqual([]);
  expect(await misses({ contains: ["door", "shut"] }, "The door is open.")).toEqual([
    'The answer does not contain "shut"',
  ]);
  expect(await misses({ not_contains: ["shut", "open"] }, "Open!")).toEqual(['The answer contains "open"']);
});

test("matches wants every pattern somewhere, with its case unless it says otherwise", async () => {
  expect(await misses({ matches: ["(?i)\\bada\\b", "^I"] }, "I know ADA.")).toEqual([]);
  expect(await misses({ matches: "ada" }, "ADA")).toEqual(['The answer does not match "ada"']);
});

test("json_schema wants the whole answer to be JSON, and names what does not follow", async () => {
  const json_schema = { type: "object", required: ["line"], properties: { line: { type: "integer" } } } as const;
  const schema: Expectations = { json_schema: { ...json_schema, required: ["line"] } };
  expect(await misses(schema, ' {"line": 3} ')).toEqual([]);
  expect(await misses(schema, 'Here: {"line": 3}')).toEqual(["The answer is no JSON"]);
  expect((await misses(schema, '{"line": "three"}')).join()).toMatch(/does not follow the schema: "line" is "three"/);
  expect((await misses(schema, "[]")).join()).toMatch(/the value is \[\]/);
  expect((await misses(schema, "{}")).join()).toContain('"line" is missing');
});

test("tools wants a call by name, with the given arguments among its own", async () => {
  const tools = [called("read", { path: "a.txt", range: { from: 1, to: 9 } }), called("read", { path: "b.txt" })];
  expect(await misses({ tools: [{ name: "read" }] }, "", tools)).toEqual([]);
  expect(await misses({ tools: [{ name: "read", input: { path: "b.txt" } }] }, "", tools)).toEqual([]);
  expect(await misses({ tools: [{ name: "read", input: { range: { to: 9 } } }] }, "", tools)).toEqual([]);
  const other = await misses({ tools: [{ name: "read", input: { path: "a.txt", range: { to: 8 } } }] }, "", tools);
  expect(other.join()).toContain("and not with");
  const split = await misses({ tools: [{ name: "read", input: { path: "b.txt", range: { to: 9 } } }] }, "", tools);
  expect(split).toHaveLength(1);
  expect((await misses({ tools: [{ name: "write" }] }, "", tools)).join()).toContain("called: read");
  expect((await misses({ tools: [{ name: "write" }] }, "")).join()).toContain("none was");
});

test("arguments that the runtime did not keep are no match, and how it keeps them is said", async () => {
  const missed = await misses({ tools: [{ name: "read", input: { path: "a" } }] }, "", [called("read")]);
  expect(missed.join()).toContain("--log-prompts");
});

test("not_tools wants none of them called, and max_time an answer in time", async () => {
  expect(await misses({ not_tools: "write" }, "", [called("read")])).toEqual([]);
  expect(await misses({ not_tools: ["read", "write"] }, "", [called("read")])).toEqual(['The tool "read" was called']);
  expect(await misses({ max_time: 2000 }, "")).toEqual([]);
  expect(await misses({ max_time: 1000 }, "")).toEqual(["It took 1500 ms, longer than 1s"]);
});
