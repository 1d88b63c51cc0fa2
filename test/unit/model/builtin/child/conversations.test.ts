import { describe, expect, test } from "bun:test";
import { Conversations } from "../../../../../src/model/builtin/child/conversations.ts";
import type { LlamaChat } from "../../../../../src/model/builtin/child/llama-library.ts";

/** A conversation that holds as many tokens of any prompt as said. */
function holding(firstDifferentIndex: number): LlamaChat {
  return {
    sequence: {
      tokenMeter: { getState: () => ({ usedOutputTokens: 0 }) },
      compareContextTokens: () => ({ firstDifferentIndex }),
      adaptStateToTokens: () => Promise.resolve(),
      nextTokenIndex: 0,
      evaluateWithoutGeneratingNewTokens: () => Promise.resolve(),
    },
    chatWrapper: { generateContextState: () => ({ contextText: { tokenize: () => [] } }) },
    generateResponse: () => Promise.resolve({ metadata: { stopReason: "eogToken" } }),
  };
}

describe("Conversations", () => {
  test("lends the one that holds most of the prompt", async () => {
    const [little, much] = [holding(2), holding(9)];
    const conversations = new Conversations([little, much]);
    const lent = await conversations.use(
      () => [1, 2, 3],
      (chat) => Promise.resolve(chat),
    );
    expect(lent).toBe(much);
  });

  test("a call waits for a free one, in turn, also when the one before failed", async () => {
    const conversations = new Conversations([holding(0)]);
    const order: string[] = [];
    const use = (name: string, run: () => Promise<void>) =>
      conversations.use(
        () => [],
        async () => {
          order.push(name);
          await run();
        },
      );
    const gate = Promise.withResolvers<undefined>();
    const first = use("first", async () => {
      await gate.promise;
      throw new Error("broke");
    });
    const second = use("second", () => Promise.resolve());
    const third = use("third", () => Promise.resolve());
    gate.resolve(undefined);
    expect(first).rejects.toThrow("broke");
    await Promise.allSettled([first, second, third]);
    expect(order).toEqual(["first", "second", "third"]);
  });
});
