import { describe, expect, test } from "bun:test";
import { historyOf, nextPieceTokens } from "../../../../../src/model/builtin/child/generate.ts";

describe("nextPieceTokens", () => {
  test("grows while pieces are quick, and no more than twofold", () => {
    expect(nextPieceTokens(8, 1)).toBe(16);
    expect(nextPieceTokens(400, 10)).toBe(512);
  });

  test("shrinks to what takes a quarter of a second", () => {
    expect(nextPieceTokens(64, 1_000)).toBe(16);
    expect(nextPieceTokens(8, 60_000)).toBe(1);
  });
});

test("a conversation ends with the answer that is to be written", () => {
  const messages = [
    { role: "system", text: "Be brief" },
    { role: "user", text: "Hello" },
    { role: "assistant", text: "Hi" },
    { role: "user", text: "Go on" },
  ] as const;
  expect(historyOf({ type: "chat", id: 1, messages, options: { stop: [] } })).toEqual([
    { type: "system", text: "Be brief" },
    { type: "user", text: "Hello" },
    { type: "model", response: ["Hi"] },
    { type: "user", text: "Go on" },
    { type: "model", response: [] },
  ]);
});
