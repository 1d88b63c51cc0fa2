import { expect, test } from "bun:test";
import { traceText } from "../../../src/cli/trace-text.ts";
import type { EndedTurn } from "../../../src/telemetry/recent-traces.ts";

const terminal = { hasColour: false, safe: (text: string) => text.replaceAll("\u001b", "?") };

const turn: EndedTurn = {
  id: "t1",
  agent: "helper",
  endedAt: "2026-01-02T03:04:05Z",
  session: "s\u001b[2J",
  calls: [
    {
      ...{
        model: "cloud",
        provider: "openai",
        inputTokens: 120,
        cachedTokens: 100,
        outputTokens: 40,
        estimated: false,
      },
      ...{ finish: "stop", firstTokenMs: 400, totalMs: 1234, cost: { amount: 0.0123, currency: "USD" } },
    },
    {
      model: "local",
      provider: "ollama",
      inputTokens: 10,
      outputTokens: 2,
      estimated: true,
      finish: "length",
      totalMs: 9,
    },
  ],
  tools: [{ name: "clock", outcome: "timeout", durationMs: 5000, inputBytes: 2, outputBytes: 30 }],
  fallbacks: ["cloud → local"],
  trimmedTurns: 2,
  outcome: "tools_failed",
  reason: "no tool worked",
  firstTextMs: 450,
  totalMs: 6300,
};

test("a turn is one line, and one more for each call of a model or a tool, harmless for a terminal", () => {
  expect(traceText(turn, terminal)).toBe(
    [
      "2026-01-02 03:04:05  helper  tools_failed  6.3 s  first text 450 ms  about 130 → 42 tokens  cost 0.0123 USD + unknown  session s?[2J  t1",
      "  no tool worked",
      "  fallback cloud → local",
      "  2 older turns left out",
      "  model cloud (openai)  120 (100 cached) → 40 tokens  first token 400 ms, 1.2 s",
      "  model local (ollama)  about 10 → 2 tokens  no token, 9 ms, cut at its limit",
      "  tool clock  timeout  5.0 s  2 B → 30 B",
      "",
    ].join("\n"),
  );
});
