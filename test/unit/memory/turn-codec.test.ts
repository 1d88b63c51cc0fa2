import { expect, test } from "bun:test";
import type { StoredTurn } from "../../../src/memory/contract.ts";
import { decodeTurn, encodeTurn } from "../../../src/memory/turn-codec.ts";

const turn: StoredTurn = {
  messages: [
    { role: "user", text: "Look", images: [{ mediaType: "image/png", data: new Uint8Array([0, 255, 10]) }] },
    {
      role: "assistant",
      text: "",
      calls: [{ id: "1", name: "clock", input: { zone: "UTC", deep: { list: [1, null] } } }],
    },
    { role: "tool", call: "1", name: "clock", text: "12:00 \u0000 \ud83d\ude00" },
    { role: "assistant", text: "Noon" },
  ],
};

test("a turn comes back as it was: images, calls and results, too", () => {
  expect(decodeTurn(encodeTurn(turn))).toEqual(turn);
});

test("a summary comes back as one", () => {
  const summary = { messages: [{ role: "user" as const, text: "so far" }], folds: 12 };
  expect(decodeTurn(encodeTurn(summary))).toEqual(summary);
});

test.each([
  '{"folds":"x","messages":[{"role":"user","text":"x"}]}',

  "",
  "[",
  "[]",
  "{}",
  '[{"role":"user"}]',
  '[{"role":"system","text":"x"}]',
  '[{"role":"user","text":"x","images":[{"mediaType":"image/png","data":"***"}]}]',
  '[{"role":"assistant","text":"x","calls":[{"id":1}]}]',
  '[{"role":"assistant","text":"x","calls":{}}]',
  '[{"role":"tool","text":"x"}]',
])("what is no turn is none: %p", (text) => {
  expect(decodeTurn(text)).toBeUndefined();
});
