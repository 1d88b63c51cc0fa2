import { expect, test } from "bun:test";
import { tokenEstimate } from "../../../src/agent/token-estimate.ts";
import { fitWindow } from "../../../src/agent/window.ts";
import type { StoredTurn } from "../../../src/memory/contract.ts";

const turn = (text: string): StoredTurn => ({
  messages: [
    { role: "user", text },
    { role: "assistant", text },
  ],
});
const input = {
  instructions: "Be short.",
  turns: [turn("a".repeat(300)), turn("b".repeat(300)), turn("c".repeat(300))],
  current: [{ role: "user", text: "Next?" }] as const,
  tools: [],
  maxOutput: 100,
  estimate: tokenEstimate(),
};

test("everything goes to a model whose context is not known", () => {
  const window = fitWindow({ ...input, contextTokens: undefined });
  expect(window.messages.map(({ role }) => role)).toEqual([
    "system",
    "user",
    "assistant",
    "user",
    "assistant",
    "user",
    "assistant",
    "user",
  ]);
  expect(window.leftOutTurns).toBe(0);
});

test("the oldest turns are left out, whole, when all would not fit", () => {
  const window = fitWindow({ ...input, contextTokens: 600 });
  expect(window).toMatchObject({ keptTurns: 2, leftOutTurns: 1 });
  expect(window.messages[1]?.text).toBe("b".repeat(300));
});

test("what was folded goes along, whatever is left out, and is never counted as left out", () => {
  const folded: StoredTurn = { messages: [{ role: "user", text: "so far" }], folds: 7 };
  const turns = [folded, ...input.turns];
  const window = fitWindow({ ...input, turns, contextTokens: 600 });
  expect(window).toMatchObject({ keptTurns: 2, leftOutTurns: 1 });
  expect(window.messages.map(({ text }) => text.slice(0, 6))).toEqual([
    "Be sho",
    "so far",
    ...["b", "b", "c", "c"].map((letter) => letter.repeat(6)),
    "Next?",
  ]);
  expect(fitWindow({ ...input, turns, contextTokens: 40 })).toMatchObject({ keptTurns: 0, leftOutTurns: 3 });
});

test("the prompt is sent even when no turn fits", () => {
  const window = fitWindow({ ...input, contextTokens: 40 });
  expect(window.messages).toEqual([
    { role: "system", text: "Be short." },
    { role: "user", text: "Next?" },
  ]);
  expect(window.leftOutTurns).toBe(3);
});

test("empty instructions are no message", () => {
  expect(fitWindow({ ...input, instructions: "", turns: [], contextTokens: 4096 }).messages).toEqual([
    ...input.current,
  ]);
});

test("room for a wished output of more than half of the context does not starve the conversation", () => {
  expect(fitWindow({ ...input, maxOutput: 100_000, contextTokens: 2048 }).leftOutTurns).toBe(0);
});

test("what is told of tools takes room from the conversation", () => {
  const tools = [{ name: "x", description: "y".repeat(900), parameters: { type: "object" } }];
  expect(fitWindow({ ...input, tools, contextTokens: 600 }).leftOutTurns).toBeGreaterThan(1);
});

test("a turn with calls goes or stays with their results", () => {
  const called: StoredTurn = {
    messages: [
      { role: "user", text: "a".repeat(300) },
      { role: "assistant", text: "", calls: [{ id: "1", name: "x", input: {} }] },
      { role: "tool", call: "1", name: "x", text: "b".repeat(300) },
      { role: "assistant", text: "done" },
    ],
  };
  const roles = [1000, 700, 400, 200].map((contextTokens) =>
    fitWindow({ ...input, turns: [called, called], contextTokens }).messages.filter(({ role }) => role === "tool"),
  );
  expect(roles.map((tools) => tools.length)).toEqual([2, 2, 1, 0]);
});
