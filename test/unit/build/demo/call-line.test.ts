import { expect, test } from "bun:test";
import { callText, lastCall } from "../../../../build/demo/call-line.ts";

const line = (out: number): string =>
  JSON.stringify({ message: "Model call", tokens_in: 31, tokens_out: out, first_token_ms: 100, total_ms: 1100 });

test("the last call of the log is taken, and lines of another kind are passed over", () => {
  expect(lastCall(`${line(5)}\n${line(41)}\n{"message":"Turn answered"}\nnot json\n`)).toEqual({
    inputTokens: 31,
    outputTokens: 41,
    firstTokenMs: 100,
    totalMs: 1100,
  });
  expect(lastCall("")).toBeUndefined();
});

test("the rate counts what came after the first token, over the time that it took", () => {
  const call = lastCall(line(41));
  expect(call === undefined ? "" : callText(call)).toBe(
    "31 tokens in, 41 tokens out, first token after 100 ms, 40.0 tokens/s",
  );
});
