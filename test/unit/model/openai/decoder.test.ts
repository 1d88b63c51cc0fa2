import { describe, expect, test } from "bun:test";
import { Meter } from "../../../../src/model/meter.ts";
import { OpenAiDecoder } from "../../../../src/model/openai/decoder.ts";
import { chatRequest, modelConfig } from "../../../support/model-fixtures.ts";

function decoder() {
  return new OpenAiDecoder(modelConfig(), chatRequest(), new Meter());
}

const say = (delta: object, reason: string | null = null) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: reason }] })}`;

describe("OpenAiDecoder", () => {
  test("gathers text, and thinking under either of its names", () => {
    const one = decoder();
    for (const line of [say({ reasoning_content: "a" }), say({ reasoning: "b" }), say({ content: "c" })])
      one.line(line);
    expect(one).toMatchObject({ text: "c", thinking: "ab" });
  });

  test("skips comments, event names and carriage returns", () => {
    const one = decoder();
    for (const line of [
      ": ping",
      "event: x",
      "\r",
      `${say({ content: "c" })}\r`,
      "data:[DONE]".replace("data:", "id: "),
    ]) {
      one.line(line);
    }
    expect(one.text).toBe("c");
  });

  test("is complete with the closing mark, and has the counts that came before it", () => {
    const one = decoder();
    one.line(say({}, "length"));
    one.line(
      'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":2}}}',
    );
    one.line("data: [DONE]");
    expect(one.isComplete).toBe(true);
    expect(one.usage()).toMatchObject({ inputTokens: 3, outputTokens: 4, cachedTokens: 2, finish: "length" });
  });

  test("may end without the closing mark once a reason was given, and not before", () => {
    const one = decoder();
    expect(one.endsWell()).toBe(false);
    one.line(say({}, "stop"));
    expect(one.endsWell()).toBe(true);
  });

  test.each([
    ['data: {"error":{"message":"engine died"}}', "engine died"],
    ['{"error":{"message":"bare"}}', "bare"],
    ["data: {half", "no JSON"],
    ["data: [DONE]", "without a reason"],
  ])("takes %s for a broken stream", (line, message) => {
    expect(() => decoder().line(line)).toThrow(message);
  });
});
