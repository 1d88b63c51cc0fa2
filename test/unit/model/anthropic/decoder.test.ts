import { describe, expect, test } from "bun:test";
import { AnthropicDecoder } from "../../../../src/model/anthropic/decoder.ts";
import { Meter } from "../../../../src/model/meter.ts";
import { chatRequest, modelConfig } from "../../../support/model-fixtures.ts";

function decoder() {
  return new AnthropicDecoder(modelConfig(), chatRequest(), new Meter());
}

const event = (value: object) => `data: ${JSON.stringify(value)}`;

describe("AnthropicDecoder", () => {
  test("gathers text and thinking apart, and counts to the end", () => {
    const one = decoder();
    one.line("event: message_start");
    one.line(
      event({
        type: "message_start",
        message: { usage: { input_tokens: 3, output_tokens: 1, cache_read_input_tokens: 2 } },
      }),
    );
    one.line(event({ type: "content_block_delta", delta: { type: "thinking_delta", thinking: "hm" } }));
    one.line(event({ type: "content_block_delta", delta: { type: "text_delta", text: "a" } }));
    one.line(event({ type: "message_delta", delta: { stop_reason: "max_tokens" }, usage: { output_tokens: 9 } }));
    one.line(event({ type: "message_stop" }));
    expect(one).toMatchObject({ text: "a", thinking: "hm", isComplete: true });
    expect(one.usage()).toMatchObject({ inputTokens: 5, outputTokens: 9, cachedTokens: 2, finish: "length" });
  });

  test.each([
    ["overloaded_error", "refused"],
    ["api_error", "invalid"],
  ])("takes a %s inside the stream as %s", (type, kind) => {
    const one = decoder();
    expect(() => one.line(event({ type: "error", error: { type, message: "m" } }))).toThrow(
      expect.objectContaining({ kind }),
    );
  });

  test("never takes a body that just ends for a complete answer", () => {
    expect(decoder().endsWell()).toBe(false);
  });
});
