// Chains over two scripted servers.

import { describe, expect, test } from "bun:test";
import type { EndpointConfig, ModelConfig } from "../../../src/manifest/manifest.ts";
import type { ModelEvent } from "../../../src/model/contract.ts";
import { createModels } from "../../../src/model/models.ts";
import {
  ask,
  chatRequest,
  endpointConfig,
  modelConfig,
  modelError,
  modelsConfig,
  providerPorts,
} from "../../support/model-fixtures.ts";
import { startScriptedModel } from "../../support/scripted-model.ts";

const nobody = "http://127.0.0.1:1";

function startChain(
  given: { first?: Partial<EndpointConfig>; second?: Partial<EndpointConfig>; model?: Partial<ModelConfig> } = {},
) {
  const [first, second] = [startScriptedModel(), startScriptedModel()];
  first.script("one", { text: "from one" });
  second.script("two", { text: "from two" });
  const endpoints = [
    endpointConfig({ name: "e1", url: first.url, ...given.first }),
    endpointConfig({ name: "e2", url: second.url, ...given.second }),
  ];
  const declared = [
    modelConfig({ name: "one", endpoint: "e1", model: "one", ...given.model }),
    modelConfig({ name: "two", endpoint: "e2", model: "two" }),
  ];
  const models = createModels(modelsConfig(endpoints, declared), providerPorts());
  const dispose = async () => {
    await models.close();
    await Promise.all([first.stop(), second.stop()]);
  };
  return { first, second, models, chain: models.chat(["one", "two"]), [Symbol.asyncDispose]: dispose };
}

function expectFallback(event: ModelEvent | undefined, reason: string) {
  expect(event).toMatchObject({ type: "notice", notice: { kind: "fallback", from: "one", to: "two" } });
  expect(JSON.stringify(event)).toContain(reason);
}

describe("a chain", () => {
  test("is served by its first model while that answers", async () => {
    await using chain = startChain();
    expect((await ask(chain.chain)).usage?.model).toBe("one");
    expect(chain.second.received.total).toBe(0);
  });

  test("moves on from an endpoint that cannot be reached, and leaves it alone for a while", async () => {
    await using chain = startChain({ first: { url: nobody } });
    const heard = await ask(chain.chain);
    expectFallback(heard.events[0], "connection refused");
    expect(heard).toMatchObject({ text: "from two", usage: { model: "two" } });
    expect((await ask(chain.chain)).text).toBe("from two");
    expect(chain.chain.health()).toEqual({ state: "reachable" });
  });

  test.each([
    ["refuses", { status: 503 }, "answered 503"],
    ["breaks off before any text", { endAfter: 0 }, "broke off"],
  ])("moves on from one that %s, and asks it again the next time", async (_, script, reason) => {
    await using chain = startChain();
    chain.first.script("one", script);
    const heard = await ask(chain.chain);
    expect(heard.text).toBe("from two");
    expectFallback(heard.events[0], reason);
    chain.first.script("one", { text: "well again" });
    expect((await ask(chain.chain)).text).toBe("well again");
  });

  test("moves on from one that lacks the model, and from then on leaves it alone until a look finds it", async () => {
    await using chain = startChain();
    chain.first.script("one", { missing: true });
    const heard = await ask(chain.chain);
    expect(heard.text).toBe("from two");
    expectFallback(heard.events[0], "not found");
    await chain.first.received.request(({ path }) => path === "/api/show");
    expect((await ask(chain.chain)).text).toBe("from two");
    expect(chain.first.received.chats()).toHaveLength(1);
  });

  test("moves on when the first text is late, and stops that call", async () => {
    await using chain = startChain({ model: { firstTextMs: 50 } });
    chain.first.script("one", { hang: true });
    const heard = await ask(chain.chain);
    expect(heard.text).toBe("from two");
    expectFallback(heard.events[0], "within 50 ms");
    const request = await chain.first.received.request(({ path }) => path === "/api/chat");
    expect(await request.ended).toBe("aborted");
  });

  test("stays with a model that began to answer, also when that breaks off", async () => {
    await using chain = startChain({ model: { firstTextMs: 50 } });
    chain.first.script("one", { tokens: 5, delayMs: 30, dropAfter: 4 });
    const heard = await ask(chain.chain);
    expect(heard.text).toBe("word ".repeat(4));
    expect(modelError(heard.error).kind).toBe("invalid");
    expect(chain.second.received.total).toBe(0);
  });

  test("does not carry a prompt that is too large to the next model", async () => {
    await using chain = startChain();
    chain.first.script("one", { status: 400, errorText: "the input length exceeds the context length" });
    expect(modelError((await ask(chain.chain)).error).kind).toBe("overflow");
  });

  test("that nobody serves tells when to try again", async () => {
    await using chain = startChain({ first: { url: nobody }, second: { url: nobody } });
    const error = modelError((await ask(chain.chain)).error);
    expect(error).toMatchObject({ kind: "unreachable", retryAfterS: 1 });
    expect(error.message).toContain('"one, two"');
    expect(chain.chain.health().state).toBe("unreachable");
  });

  test("tells the refusal of the model that could be reached", async () => {
    await using chain = startChain({ second: { url: nobody } });
    chain.first.script("one", { status: 429, retryAfter: "9" });
    expect(modelError((await ask(chain.chain)).error)).toMatchObject({ kind: "refused", retryAfterS: 9 });
  });

  test("ends with its caller, whichever model is at work", async () => {
    await using chain = startChain({ first: { url: nobody } });
    chain.second.script("two", { hang: true });
    const caller = new AbortController();
    const heard = ask(chain.chain, chatRequest(), caller.signal);
    await chain.second.received.request((one) => one.model === "two");
    caller.abort(new Error("gone"));
    expect((await heard).error).toEqual(new Error("gone"));
  });
});
