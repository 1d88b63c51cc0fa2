// The Ollama provider against the real thing.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { ModelEvent } from "../../../src/model/contract.ts";
import type { Models } from "../../../src/model/models.ts";
import { createModels } from "../../../src/model/models.ts";
import { countAt, isRecord, type JsonRecord } from "../../../src/model/json.ts";
import { showModel } from "../../../src/model/ollama/look.ts";
import { memoryNeed, memoryShortage } from "../../../src/model/ollama/memory.ts";
import { createTransport } from "../../../src/model/transport.ts";
import { mayRun } from "../../support/may-run.ts";
import {
  ask,
  chatRequest,
  endpointConfig,
  modelConfig,
  modelError,
  modelsConfig,
  providerPorts,
  reasonOf,
} from "../../support/model-fixtures.ts";
import { until } from "../../support/model-harness.ts";
import { missingForOllama, startOllama } from "../../support/ollama/ollama.ts";

const minuteMs = 120_000;

describe.if(mayRun("Ollama", missingForOllama()))("a real Ollama", () => {
  let ollama: Awaited<ReturnType<typeof startOllama>>;
  let models: Models;

  beforeAll(async () => {
    ollama = await startOllama({ parallel: 1, keepAlive: "30m" });
    const given = { model: ollama.model, maxOutput: 40, temperature: 0, seed: 1 };
    models = createModels(
      modelsConfig(
        [endpointConfig({ url: ollama.url })],
        [modelConfig({ ...given, context: 2048 }), modelConfig({ ...given, name: "huge", context: 1_000_000 })],
      ),
      providerPorts(),
    );
  }, minuteMs);

  afterAll(async () => {
    await models.close();
    await ollama.stop();
  });

  test(
    "answers with its own counts",
    async () => {
      const heard = await ask(models.chat(["m"]));
      expect(heard.error).toBeUndefined();
      expect(heard.text.length).toBeGreaterThan(0);
      expect(heard.usage).toMatchObject({ provider: "ollama", estimated: false });
    },
    minuteMs,
  );

  test(
    "never cuts a prompt that does not fit",
    async () => {
      const heard = await ask(models.chat(["m"]), chatRequest("word ".repeat(4_000)));
      expect(modelError(heard.error).kind).toBe("overflow");
    },
    minuteMs,
  );

  test(
    "embeds texts, of which those that say the same are the nearest",
    async () => {
      const embedding = models.embedding("m");
      const signal = AbortSignal.timeout(minuteMs);
      let tokens = 0;
      const texts = ["The pump is oiled daily.", "The pump is oiled every day.", "Paris is a city in France."];
      const vectors = await embedding.embed(texts, signal, ({ inputTokens, estimated }) => {
        expect(estimated).toBe(false);
        tokens += inputTokens;
      });
      expect(embedding.dimension()).toBe(576);
      expect(tokens).toBeGreaterThan(12);
      for (const vector of vectors) expect(dot(vector, vector)).toBeCloseTo(1, 4);
      expect(dot(vectors[0], vectors[1])).toBeGreaterThan(dot(vectors[0], vectors[2]));
      const [again] = await embedding.embed([texts[0] ?? ""], signal);
      expect(dot(vectors[0], again)).toBeGreaterThan(0.999);
    },
    minuteMs,
  );

  test(
    "cuts no text that is too long to be embedded, but names it",
    async () => {
      const texts = ["short", "word ".repeat(4_000)];
      const error = modelError(await reasonOf(models.embedding("m").embed(texts, AbortSignal.timeout(minuteMs))));
      expect(error.kind).toBe("overflow");
      expect(error.message).toStartWith("Text 2 of 2 (20000 bytes) is larger than the context");
    },
    minuteMs,
  );

  test(
    "tells the model's own limit and that it does not see",
    async () => {
      const model = models.chat(["huge"]);
      expect(await model.look(AbortSignal.timeout(10_000))).toEqual({ state: "reachable" });
      expect(model.contextTokens()).toBe(8192);
      expect(model.sees()).toBe(false);
    },
    minuteMs,
  );

  test(
    "is thought to need about as much memory as it takes",
    async () => {
      const transport = createTransport(endpointConfig({ url: ollama.url }), {
        title: "Ollama",
        url: ollama.url,
        advice: "",
      });
      const declared = modelConfig({ model: ollama.model, context: 2048 });
      const signal = AbortSignal.timeout(10_000);
      const shown = await showModel(transport, declared.model, signal);
      if (shown === undefined) throw new Error("Ollama does not show its model");
      const need = (await memoryNeed(transport, declared, shown, signal)) ?? 0;
      await ask(models.chat(["m"]));
      const loaded: unknown = await (await fetch(`${ollama.url}/api/ps`)).json();
      const takes = countAt(firstModel(loaded), "size") ?? 0;
      expect(need).toBeGreaterThan(takes * 0.7);
      expect(need).toBeLessThan(takes * 1.05);
      // With no memory left, what is loaded as it is wanted needs none, and another context is made room for.
      expect(await memoryShortage(transport, declared, 2 ** 50, 2048, signal)).toBeUndefined();
      expect(await memoryShortage(transport, declared, 2 ** 50, 1024, signal)).toMatchObject({ needBytes: 2 ** 50 });
    },
    minuteMs,
  );

  test(
    "answers by a JSON schema",
    async () => {
      const properties = { colour: { enum: ["red", "blue"] }, count: { type: "integer" } };
      const format = { type: "object", properties, required: ["colour", "count"] };
      const heard = await ask(models.chat(["m"]), { ...chatRequest("How many red books are there? Two."), format });
      const answer: unknown = JSON.parse(heard.text);
      expect(isRecord(answer) && ["red", "blue"].includes(String(answer["colour"]))).toBe(true);
      expect(isRecord(answer) && Number.isInteger(answer["count"])).toBe(true);
    },
    minuteMs,
  );

  test(
    "calls a tool by the prompted protocol: its template has no place for tools",
    async () => {
      const parameters = { type: "object", properties: { room: { enum: ["hall", "kitchen"] } }, required: ["room"] };
      const tools = [{ name: "switch_light", description: "Switches the light of a room.", parameters }];
      const asked = "Use the tool switch_light for the room hall.";
      const messages = [
        { role: "user", text: "Use the tool switch_light for the room kitchen." },
        { role: "assistant", text: "", calls: [{ id: "1", name: "switch_light", input: { room: "kitchen" } }] },
        { role: "tool", call: "1", name: "switch_light", text: "done" },
        { role: "assistant", text: "Done." },
        { role: "user", text: asked },
      ] as const;
      const heard: ModelEvent[] = [];
      const signal = new AbortController().signal;
      for await (const event of models.chat(["m"]).chat({ agent: "a", messages, tools }, signal)) heard.push(event);
      const calls = heard.flatMap((event) => (event.type === "tool-call" ? [event.call] : []));
      expect(calls.map(({ name }) => name)).toEqual(["switch_light"]);
      expect(["hall", "kitchen"]).toContain(String(calls[0]?.input["room"]));
      expect(heard.filter(({ type }) => type === "text")).toEqual([]);
    },
    minuteMs,
  );

  test(
    "is free at once after an abort in the middle of an answer",
    async () => {
      const caller = new AbortController();
      const events = models.chat(["m"]).chat(chatRequest("Count to a hundred."), caller.signal);
      let leftAt = 0;
      try {
        for await (const event of events) {
          if (event.type !== "text") continue;
          leftAt = performance.now();
          caller.abort(new Error("gone"));
        }
      } catch (error) {
        expect(error).toEqual(new Error("gone"));
      }
      expect(performance.now() - leftAt).toBeLessThan(1_000);
      expect(models.statuses()[0]).toMatchObject({ busy: 0, finishing: 0 });
    },
    minuteMs,
  );

  test(
    "is known to work on after an abort before the first text, until it is through",
    async () => {
      const caller = new AbortController();
      const heard = ask(models.chat(["m"]), chatRequest("The quick fox jumps. ".repeat(100)), caller.signal);
      await until(() => models.statuses()[0]?.busy === 1);
      await Bun.sleep(50);
      caller.abort(new Error("gone"));
      expect((await heard).error).toEqual(new Error("gone"));
      expect(models.statuses()[0]).toMatchObject({ busy: 0, finishing: 1 });
      expect((await ask(models.chat(["m"]))).error).toBeUndefined();
      expect(models.statuses()[0]).toMatchObject({ busy: 0, finishing: 0 });
    },
    minuteMs,
  );
});

function firstModel(answer: unknown): JsonRecord {
  const models: unknown = isRecord(answer) ? answer["models"] : undefined;
  const first: unknown = Array.isArray(models) ? models[0] : undefined;
  if (!isRecord(first)) throw new Error(`Ollama has nothing loaded: ${JSON.stringify(answer)}`);
  return first;
}

function dot(one: Float32Array | undefined, other: Float32Array | undefined): number {
  if (one === undefined || other === undefined) throw new Error("There is no vector");
  return one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
}
