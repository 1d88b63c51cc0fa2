import { describe, expect, test } from "bun:test";
import { ModelError } from "../../../../src/model/contract.ts";
import { Meter } from "../../../../src/model/meter.ts";
import { OllamaDecoder } from "../../../../src/model/ollama/decoder.ts";
import { chatRequest, modelConfig } from "../../../support/model-fixtures.ts";

function decoder(limit?: number) {
  return new OllamaDecoder(modelConfig(), chatRequest(), new Meter(), limit);
}

function ended(last: object, limit?: number) {
  const one = decoder(limit);
  one.line(JSON.stringify({ message: { content: "" }, done: true, done_reason: "stop", ...last }));
  return one.usage();
}

describe("OllamaDecoder", () => {
  test("gathers text and thinking apart", () => {
    const one = decoder();
    one.line('{"message":{"role":"assistant","content":"","thinking":"hm"},"done":false}');
    one.line('{"message":{"role":"assistant","content":"a"},"done":false}');
    one.line('{"message":{"role":"assistant","content":"b"},"done":false}');
    expect(one).toMatchObject({ text: "ab", thinking: "hm", isComplete: false });
  });

  test.each([["{"], ["[]"], ["null"]])("takes %s for a broken stream", (line) => {
    expect(() => decoder().line(line)).toThrow(ModelError);
  });

  test("takes an error record for a broken stream", () => {
    expect(() => decoder().line('{"error":"runner died"}')).toThrow("runner died");
  });

  test("reports Ollama's counts", () => {
    expect(ended({ prompt_eval_count: 5, eval_count: 6 })).toMatchObject({
      inputTokens: 5,
      outputTokens: 6,
      estimated: false,
      finish: "stop",
    });
  });

  test.each([[-1], ["5"], [1e300], [1.5], [null]])("does not believe a count of %p", (count) => {
    expect(ended({ prompt_eval_count: count, eval_count: count }).estimated).toBe(true);
  });

  test("takes a prompt count at the limit for a prompt that was cut", () => {
    expect(() => ended({ prompt_eval_count: 2048, eval_count: 6 }, 2048)).toThrow("2048");
  });

  test("takes a full context for an answer that was cut", () => {
    expect(ended({ prompt_eval_count: 2000, eval_count: 48 }, 2048).finish).toBe("length");
    expect(ended({ done_reason: "length", prompt_eval_count: 5, eval_count: 6 }).finish).toBe("length");
  });
});
