import { expect, test } from "bun:test";
import { readVia, viaField, viaWith } from "../../../src/protocol/via.ts";

test.each([
  [undefined, []],
  ["agents.prompt.a.b.c", []],
  [{ 0: "x" }, []],
  [
    ["one", 7, "", null, "two", "x".repeat(256)],
    ["one", "two"],
  ],
])("of %j the agents %j are read", (given, read) => {
  expect(readVia({ [viaField]: given })).toEqual(read);
});

test("of many the nearest are kept", () => {
  const many = Array.from({ length: 40 }, (_, at) => `agent-${at}`);
  expect(readVia({ [viaField]: many })).toEqual(many.slice(8));
  expect(viaWith(many.slice(8), "last")).toEqual([...many.slice(9), "last"]);
});
