import { expect, test } from "bun:test";
import { AnswerStats } from "../../../src/cli/answer-stats.ts";

test("time to first text, total and rate are those of the caller's clock", () => {
  const stats = new AnswerStats(1_000);
  stats.saw({ type: "ack" }, 1_001);
  stats.saw({ type: "text", text: "ab" }, 1_300);
  stats.saw({ type: "text", text: "cdef👍" }, 2_300);
  expect(stats.text(2_400)).toBe("first text 0.3 s, total 1.4 s, 7 characters, 5 characters/s");
});

test("an answer in one piece has no rate, and none at all no first text", () => {
  const stats = new AnswerStats(0);
  expect(stats.text(500)).toBe("no text, total 0.5 s, 0 characters");
  stats.saw({ type: "text", text: "all" }, 100);
  expect(stats.fields(500)).toEqual({ first_text_s: 0.1, total_s: 0.5, characters: 3 });
});
