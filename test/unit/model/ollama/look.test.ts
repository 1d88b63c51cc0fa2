import { expect, test } from "bun:test";
import { readShown } from "../../../../src/model/ollama/look.ts";

test("finds the context limit under the architecture's name, and whether the model sees", () => {
  const answer = {
    model_info: { "general.architecture": "llama", "llama.context_length": 8192 },
    capabilities: ["completion", "vision"],
  };
  expect(readShown(answer)).toEqual({ limitTokens: 8192, sees: true, takesTools: false, contextBytesPerToken: 0 });
});

test.each([[{}], [null], ["x"], [{ model_info: { "x.context_length": "many" }, capabilities: 3 }]])(
  "knows nothing from %p",
  (answer) => {
    expect(readShown(answer)).toEqual({
      limitTokens: undefined,
      sees: undefined,
      takesTools: undefined,
      contextBytesPerToken: 0,
    });
  },
);
