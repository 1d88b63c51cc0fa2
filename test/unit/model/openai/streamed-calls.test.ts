import { expect, test } from "bun:test";
import { StreamedCalls } from "../../../../src/model/openai/streamed-calls.ts";

function taken(...deltas: readonly unknown[]) {
  const calls = new StreamedCalls();
  for (const delta of deltas) calls.add([delta]);
  return calls.take().map(({ id, name, input }) => ({ id, name, input }));
}

test("pieces of several calls are put together by index", () => {
  expect(
    taken(
      { index: 1, id: "b", function: { name: "two", arguments: '{"x"' } },
      { index: 0, id: "a", function: { name: "one", arguments: "" } },
      { index: 1, function: { arguments: ":2}" } },
    ),
  ).toEqual([
    { id: "a", name: "one", input: {} },
    { id: "b", name: "two", input: { x: 2 } },
  ]);
});

test("whole calls without an index are one each, and a piece without id belongs to the last", () => {
  expect(
    taken(
      { id: "a", function: { name: "one", arguments: '{"x":1}' } },
      { id: "b", function: { name: "two", arguments: '{"x"' } },
      { function: { arguments: ":2}" } },
    ),
  ).toEqual([
    { id: "a", name: "one", input: { x: 1 } },
    { id: "b", name: "two", input: { x: 2 } },
  ]);
});

test("arguments that come as an object are taken as one", () => {
  expect(taken({ index: 0, id: "a", function: { name: "one", arguments: { x: 1 } } })).toEqual([
    { id: "a", name: "one", input: { x: 1 } },
  ]);
});

test("rubbish is no call", () => {
  const calls = new StreamedCalls();
  expect(calls.add(undefined)).toBe(false);
  expect(calls.add([])).toBe(false);
  expect(calls.add([null, 7])).toBe(true);
  expect(calls.take()).toEqual([]);
});

test("arguments without end break the answer off", () => {
  const calls = new StreamedCalls();
  const piece = { index: 0, function: { name: "x", arguments: "y".repeat(1024 * 1024) } };
  calls.add([piece]);
  calls.add([piece]);
  expect(() => calls.add([piece])).toThrow("have no end");
});
