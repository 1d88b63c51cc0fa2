import { expect, test } from "bun:test";
import type { Tool, ToolHealth } from "../../../src/tool/contract.ts";
import { fixedSource } from "../../../src/tool/fixed-source.ts";
import { recordedLog } from "../../support/recorded-log.ts";
import { toolSet } from "../../../src/tool/tool-set.ts";

function tool(name: string, description = "Does it"): Tool {
  return {
    name,
    description,
    parameters: { type: "object" },
    isReadOnly: true,
    run: () => Promise.resolve({ text: "" }),
  };
}

function source(name: string, health: ToolHealth) {
  return { ...fixedSource(name, [tool(name)]), health: () => health };
}

test("has the tools of all entries in their order, and of two with one name the first", () => {
  const set = toolSet([fixedSource("a", [tool("x", "first"), tool("y")]), fixedSource("b", [tool("x", "second")])]);
  expect(set.tools().map(({ name, description }) => [name, description])).toEqual([
    ["x", "first"],
    ["y", "Does it"],
  ]);
});

test("lets no tool of a server stand in the place of one of ours, and says so once", () => {
  const log = recordedLog();
  const server = { ...fixedSource("srv", [tool("run", "theirs"), tool("more")]), isForeign: true };
  const set = toolSet([server, fixedSource("run", [tool("run", "ours")])], log);
  for (let turn = 0; turn < 2; turn++)
    expect(set.tools().map(({ name, description }) => [name, description])).toEqual([
      ["more", "Does it"],
      ["run", "ours"],
    ]);
  expect(log.messages()).toEqual(["A tool is left out: another has its name"]);
});

test("is degraded with the reasons of all entries that are", () => {
  const gone = (reason: string): ToolHealth => ({ state: "degraded", reason });
  expect(toolSet([source("a", { state: "ready" })]).health()).toEqual({ state: "ready" });
  expect(toolSet([source("a", gone("no server")), source("b", gone("no disk"))]).health()).toEqual({
    state: "degraded",
    reason: 'tool "a": no server; tool "b": no disk',
  });
});

test("is prepared when all entries that start something are", async () => {
  const prepared: string[] = [];
  const starting = (name: string) => ({
    ...fixedSource(name, []),
    prepare: () => Promise.resolve(prepared.push(name)).then(() => undefined),
  });
  await toolSet([starting("a"), fixedSource("b", []), starting("c")]).prepare(new AbortController().signal);
  expect(prepared).toEqual(["a", "c"]);
});
