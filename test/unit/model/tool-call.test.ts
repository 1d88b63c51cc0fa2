import { expect, test } from "bun:test";
import { toolCall } from "../../../src/model/tool-call.ts";

test.each([
  [{ a: 1 }, { a: 1 }, undefined],
  ['{"a":1}', { a: 1 }, undefined],
  ["", {}, undefined],
  [" ", {}, undefined],
  [null, {}, undefined],
  [undefined, {}, undefined],
  ["Berlin", {}, "Berlin"],
  ['{"a":', {}, '{"a":'],
  ["[1]", {}, [1]],
  [7, {}, 7],
  ['{"a": 1,}', { a: 1 }, undefined],
  ["{'a': True, 'b': None}", { a: true, b: null }, undefined],
  ['{"a": "x\ny"}', { a: "x\ny" }, undefined],
  ['{"a": 1}}', { a: 1 }, undefined],
  ['```json\n{"a": 1}\n```', { a: 1 }, undefined],
  ['{"a": 1} and more', {}, '{"a": 1} and more'],
  ['{"a": "x', {}, '{"a": "x'],
])("arguments %j become %j, and %j is kept as it came", (given, input, rawInput) => {
  const call = toolCall("c1", " clock ", given);
  expect(call.input).toEqual(input);
  expect(call.rawInput).toEqual(rawInput);
  expect(call).toMatchObject({ id: "c1", name: "clock" });
});

test("a call without an id gets one of its own", () => {
  const ids = [toolCall("", "x", {}).id, toolCall("", "x", {}).id];
  expect(ids[0]).toMatch(/^[a-z0-9]{9}$/);
  expect(ids[0]).not.toBe(ids[1] ?? "");
});
