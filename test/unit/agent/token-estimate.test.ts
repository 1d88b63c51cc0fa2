import { expect, test } from "bun:test";
import { tokenEstimate } from "../../../src/agent/token-estimate.ts";
import { usageOf } from "../../support/scripted-chat-model.ts";

const messages = [{ role: "user", text: "x".repeat(1000) }] as const;

test("a fresh estimate errs on the side of too many for English text", () => {
  const text = "The hydraulic pump of press line three reports low pressure in the second stage.";
  expect(tokenEstimate().tokens([{ role: "user", text }])).toBeGreaterThan(text.length / 4);
});

test("a prompt that took more tokens than guessed raises the estimate at once", () => {
  const estimate = tokenEstimate();
  estimate.learn(messages, usageOf({ inputTokens: 700 }));
  expect(estimate.tokens(messages)).toBeGreaterThanOrEqual(700);
});

test("a prompt that took fewer lowers it slowly, and never without end", () => {
  const estimate = tokenEstimate();
  const before = estimate.tokens(messages);
  estimate.learn(messages, usageOf({ inputTokens: 150 }));
  const after = estimate.tokens(messages);
  expect(after).toBeLessThan(before);
  expect(after).toBeGreaterThan(before * 0.85);
  for (let index = 0; index < 1000; index++) estimate.learn(messages, usageOf({ inputTokens: 0 }));
  expect(estimate.tokens(messages)).toBe(208);
});

test("guessed counts and short prompts teach nothing", () => {
  const estimate = tokenEstimate();
  const before = estimate.tokens(messages);
  estimate.learn(messages, usageOf({ inputTokens: 900, estimated: true }));
  estimate.learn([{ role: "user", text: "hi" }], usageOf({ inputTokens: 900 }));
  expect(estimate.tokens(messages)).toBe(before);
});

test("an overflow teaches that the prompt took at least the context", () => {
  const estimate = tokenEstimate();
  estimate.learnOverflow(messages, 600);
  expect(estimate.tokens(messages)).toBeGreaterThanOrEqual(600);
});

test("images count, whatever their bytes", () => {
  const image = { mediaType: "image/png", data: new Uint8Array(10) };
  const estimate = tokenEstimate();
  expect(estimate.tokens([{ role: "user", text: "", images: [image] }])).toBe(808);
});
