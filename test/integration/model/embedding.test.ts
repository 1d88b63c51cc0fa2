// Embeddings over both routes, by the scripted server.

import { describe, expect, test } from "bun:test";
import { Secret } from "../../../src/manifest/secret.ts";
import type { EmbeddingModel, EmbeddingUsage } from "../../../src/model/embedding/embedding-model.ts";
import { createModels } from "../../../src/model/models.ts";
import { inMemoryUsage } from "../../support/in-memory-usage.ts";
import {
  endpointConfig,
  keptLog,
  modelConfig,
  modelError,
  modelsConfig,
  providerPorts,
  reasonOf,
} from "../../support/model-fixtures.ts";
import { startHarness, until, type Harness, type HarnessOptions } from "../../support/model-harness.ts";
import { startScriptedModel } from "../../support/scripted-model.ts";
import { bagOfWords } from "../../support/scripted-model/embeddings.ts";

const never = new AbortController().signal;
const both = ["ollama", "openai"] as const;

function start(options: HarnessOptions): Harness & { readonly embedding: EmbeddingModel } {
  const harness = startHarness(options);
  return Object.assign(harness, { embedding: harness.models.embedding("m") });
}

function isEmbedding({ path }: { readonly path: string }): boolean {
  return path.endsWith("/embed") || path.endsWith("/embeddings");
}

function cosine(one: Float32Array | undefined, other: ArrayLike<number>): number {
  if (one === undefined) throw new Error("There is no vector");
  const length = Math.hypot(...Array.from(other));
  return one.reduce((sum, value, at) => sum + (value * (other[at] ?? 0)) / length, 0);
}

describe.each(both)("embeddings by %s", (provider) => {
  test("gives a vector of length 1 for each text, in order, over several batches", async () => {
    await using harness = start({ provider });
    const texts = Array.from({ length: 150 }, (_, at) => `valve number ${at} of pump ${at % 7}`);
    expect(harness.embedding.dimension()).toBeUndefined();
    const vectors = await harness.embedding.embed(texts, never);
    expect(vectors.length).toBe(150);
    for (const [at, text] of texts.entries()) expect(cosine(vectors[at], bagOfWords(text))).toBeCloseTo(1, 4);
    expect(harness.embedding.dimension()).toBe(64);
    expect(harness.embedding.name).toBe("m");
    expect(harness.server.received.mostConcurrent).toBe(1);
  });

  test("says what was used, guessing where the provider does not", async () => {
    await using harness = start({ provider });
    const used: EmbeddingUsage[] = [];
    await harness.embedding.embed(["x".repeat(400)], never, (usage) => used.push(usage));
    harness.server.script("m", { usage: "none" });
    await harness.embedding.embed(["x".repeat(80)], never, (usage) => used.push(usage));
    expect(used).toEqual([
      { inputTokens: 100, estimated: false },
      { inputTokens: 20, estimated: true },
    ]);
  });

  test("refuses answers that are not what was asked for", async () => {
    await using harness = start({ provider });
    for (const vectors of ["missing", "ragged", "nan", "zeros", "text"] as const) {
      harness.server.script("m", { vectors });
      expect(modelError(await reasonOf(harness.embedding.embed(["a", "b"], never))).kind).toBe("invalid");
    }
    harness.server.script("m", {});
    expect((await harness.embedding.embed(["a"], never)).length).toBe(1);
  });

  test("follows a model that is replaced by another behind its name, but not within a call", async () => {
    await using harness = start({ provider });
    await harness.embedding.embed(["a"], never);
    harness.server.script("m", { dimension: 32 });
    await harness.embedding.embed(["a"], never);
    expect(harness.embedding.dimension()).toBe(32);
    harness.server.script("m", { steps: [{ dimension: 32 }, { dimension: 16 }] });
    const texts = Array<string>(70).fill("a");
    expect(modelError(await reasonOf(harness.embedding.embed(texts, never))).message).toContain(
      "16 numbers after one of 32",
    );
  });

  test("names an empty text, and sends nothing", async () => {
    await using harness = start({ provider });
    const error = modelError(await reasonOf(harness.embedding.embed(["a", " \n"], never)));
    expect(error).toMatchObject({
      kind: "refused",
      status: 400,
      message: "Text 2 of 2 is empty: there is nothing to embed",
    });
    expect(harness.server.received.total).toBe(0);
    expect(await harness.embedding.embed([], never)).toEqual([]);
  });

  test("names the text that is too long, and cuts nothing", async () => {
    await using harness = start({ provider });
    harness.server.script("m", { contextTokens: 100 });
    const error = modelError(await reasonOf(harness.embedding.embed(["a", "b", "x".repeat(500), "c"], never)));
    expect(error.kind).toBe("overflow");
    expect(error.message).toBe('Text 3 of 4 (500 bytes) is larger than the context of model "m"');
  });

  test("says that a model does not embed", async () => {
    await using harness = start({ provider });
    harness.server.script("m", { embeds: false });
    const error = modelError(await reasonOf(harness.embedding.embed(["a"], never)));
    expect(error).toMatchObject({ kind: "refused", status: 501 });
    expect(error.message).toContain('Model "m" does not embed: name an embedding model');
  });

  test("is tried again as often as the endpoint says, and no more", async () => {
    await using harness = start({ provider, endpoint: { retries: 2 } });
    harness.server.script("m", { steps: [{ status: 503 }, {}, { status: 500 }, { status: 500 }, { status: 500 }] });
    expect((await harness.embedding.embed(["a"], never)).length).toBe(1);
    expect(modelError(await reasonOf(harness.embedding.embed(["a"], never)))).toMatchObject({
      kind: "refused",
      status: 500,
    });
    expect(harness.server.received.requests.filter(isEmbedding).length).toBe(5);
  });

  test("says that a model is not there", async () => {
    await using harness = start({ provider });
    harness.server.script("m", { missing: true });
    expect(modelError(await reasonOf(harness.embedding.embed(["a"], never))).kind).toBe("not-found");
  });

  test("says that nobody is there", async () => {
    const harness = start({ provider });
    await harness.server.stop();
    expect(modelError(await reasonOf(harness.embedding.embed(["a"], never))).kind).toBe("unreachable");
    await harness.models.close();
  });

  test("ends at once when its signal fires, and leaves its slot to others", async () => {
    await using harness = start({ provider });
    harness.server.script("m", { hang: true });
    const controller = new AbortController();
    const embedding = harness.embedding.embed(["a"], controller.signal);
    const request = await harness.server.received.request(isEmbedding);
    controller.abort(new Error("enough"));
    expect(await reasonOf(embedding)).toEqual(new Error("enough"));
    expect(await request.ended).toBe("aborted");
    harness.server.script("m", {});
    expect((await harness.embedding.embed(["b"], never)).length).toBe(1);
  });

  test("waits for its turn behind a chat at the same endpoint, and the chat behind it", async () => {
    await using harness = start({ provider, endpoint: { parallel: 1 } });
    harness.server.script("m", { tokens: 5, delayMs: 20 });
    const chat = Array.fromAsync(harness.model.chat({ agent: "a", messages: [{ role: "user", text: "hi" }] }, never));
    await until(() => harness.server.received.concurrent === 1);
    const vectors = await harness.embedding.embed(["a", "b"], never);
    await chat;
    expect(vectors.length).toBe(2);
    expect(harness.server.received.mostConcurrent).toBe(1);
  });

  test("sends the endpoint's key and headers", async () => {
    await using harness = start({
      provider,
      endpoint: { apiKey: new Secret("k-1"), headers: { "x-site": new Secret("north") } },
    });
    await harness.embedding.embed(["a"], never);
    const { headers } = await harness.server.received.request(isEmbedding);
    expect(headers.get("authorization")).toBe("Bearer k-1");
    expect(headers.get("x-site")).toBe("north");
  });
});

describe("embeddings by Ollama", () => {
  test("forbid cutting, and load the model as its chats do", async () => {
    await using harness = start({ model: { context: 2048, keepAliveMs: 60_000 } });
    await harness.embedding.embed(["a"], never);
    const { path, body } = await harness.server.received.request(isEmbedding);
    expect(path).toBe("/api/embed");
    expect(body).toEqual({
      model: "m",
      input: ["a"],
      truncate: false,
      keep_alive: "60000ms",
      options: { num_ctx: 2048 },
    });
  });

  test("fetch a model that is missing, where that is allowed", async () => {
    await using harness = start({ model: { pull: "if-missing" } });
    harness.server.script("m", { missing: true });
    expect((await harness.embedding.embed(["a"], never)).length).toBe(1);
  });
});

describe("embeddings by an OpenAI-compatible server", () => {
  test("are read from base64, and by the index that each carries", async () => {
    await using harness = start({ provider: "openai" });
    for (const vectors of ["base64", "shuffled"] as const) {
      harness.server.script("m", { vectors });
      const [, second] = await harness.embedding.embed(["one", "two"], never);
      expect(cosine(second, bagOfWords("two"))).toBeCloseTo(1, 4);
    }
  });
});

describe("the budget of an embedding model", () => {
  test("counts what its texts took, and refuses when it is spent", async () => {
    const server = startScriptedModel();
    const budgets = { store: inMemoryUsage(), log: keptLog(), now: () => 0 };
    const model = modelConfig({ budgets: [{ limit: 150, unit: "tokens", per: "day" }] });
    const models = createModels(modelsConfig([endpointConfig({ url: server.url })], [model]), {
      ...providerPorts(),
      budgets,
    });
    const embedding = models.embedding("m");
    await embedding.embed(["x".repeat(400)], never);
    await embedding.embed(["x".repeat(400)], never);
    expect(modelError(await reasonOf(embedding.embed(["x"], never)))).toMatchObject({ kind: "spent" });
    expect(server.received.requests.filter(isEmbedding).length).toBe(2);
    await models.close();
    await server.stop();
  });
});

describe("embeddings by Anthropic", () => {
  test("are refused: there are none", async () => {
    await using harness = start({ provider: "anthropic" });
    expect(modelError(await reasonOf(harness.embedding.embed(["a"], never)))).toMatchObject({ kind: "refused" });
    expect(harness.server.received.total).toBe(0);
  });
});
