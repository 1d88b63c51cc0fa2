// What is Ollama's own: contexts, pulls, images, and work that goes on after an abort.

import { describe, expect, test } from "bun:test";
import {
  ask,
  chatRequest,
  endpointConfig,
  hear,
  modelConfig,
  modelError,
  modelsConfig,
} from "../../support/model-fixtures.ts";
import { startHarness, until } from "../../support/model-harness.ts";

const quick = () => AbortSignal.timeout(2_000);

describe("context", () => {
  test("is the manifest's, held against the model's own limit, and that is logged", async () => {
    await using harness = startHarness({ model: { context: 32_768 } });
    harness.server.script("m", { contextTokens: 2048 });
    expect(harness.model.contextTokens()).toBe(32_768);
    expect(await harness.model.look(quick())).toEqual({ state: "reachable" });
    expect(harness.model.contextTokens()).toBe(2048);
    expect(harness.log.filter((line) => line.level === "warn").map((line) => line.fields)).toEqual([
      { endpoint: "e", model: "m", asked: 32_768, limit: 2048 },
    ]);
    await ask(harness.model);
    expect(harness.server.received.chats()[0]?.body["options"]).toEqual({ num_ctx: 2048 });
  });

  test("that a prompt filled is an overflow, never an answer to a cut prompt", async () => {
    await using harness = startHarness({ model: { context: 2048 } });
    harness.server.script("m", { usage: { input: 2048, output: 3 } });
    expect(modelError((await ask(harness.model)).error).kind).toBe("overflow");
  });
});

describe("pull", () => {
  test("fetches a missing model once for all who wait, tells progress, and holds no slot", async () => {
    await using harness = startHarness({ model: { pull: "if-missing" } });
    harness.server.script("m", { missing: true, text: "here", pullBytes: 4_000, pullStepMs: 200 });
    const heard = await Promise.all([ask(harness.model), ask(harness.model, chatRequest("Hi", "b"))]);
    for (const one of heard) expect(one).toMatchObject({ text: "here", error: undefined });
    const pulls = harness.server.received.requests.filter((request) => request.path === "/api/pull");
    expect(pulls).toHaveLength(1);
    const notices = heard
      .flatMap((one) => one.events)
      .map((event) => (event.type === "notice" ? event.notice : undefined));
    const pulling = notices.filter((notice) => notice?.kind === "pulling");
    expect(pulling.every((notice) => notice.model === "m")).toBe(true);
    expect(Math.max(...pulling.map((notice) => notice.totalBytes))).toBe(4_000);
  });

  test("is left at once by a caller that goes", async () => {
    await using harness = startHarness({ model: { pull: "if-missing" } });
    harness.server.script("m", { missing: true, pullStepMs: 300 });
    const caller = new AbortController();
    const heard = ask(harness.model, chatRequest(), caller.signal);
    await harness.server.received.request((one) => one.path === "/api/pull");
    caller.abort(new Error("gone"));
    expect((await heard).error).toEqual(new Error("gone"));
    expect(harness.models.statuses()[0]).toMatchObject({ busy: 0, waiting: 0 });
  });

  test("that fails is the call's error", async () => {
    await using harness = startHarness({ model: { pull: "if-missing" } });
    harness.server.script("m", { missing: true, pullError: "pull model manifest: file does not exist" });
    expect(modelError((await ask(harness.model)).error)).toMatchObject({ kind: "not-found" });
  });

  test("is not tried when the manifest says never, and a look says that the model is missing", async () => {
    await using harness = startHarness();
    harness.server.script("m", { missing: true });
    expect(await harness.model.look(quick())).toMatchObject({
      state: "missing",
      reason: 'Endpoint "e" has no model "m": run "ollama pull m" there, or set models.m.pull to if-missing',
    });
    expect(modelError((await ask(harness.model)).error).kind).toBe("not-found");
    expect(harness.log.map((line) => line.level)).toEqual(["warn"]);
    expect(harness.server.received.requests.map(({ path }) => path)).toEqual(["/api/show"]);
  });

  test("is left to the next model of a chain, at once, while a look says that the first is missing", async () => {
    await using harness = startHarness();
    harness.models.reconcile(
      modelsConfig(
        [endpointConfig({ url: harness.server.url })],
        [modelConfig(), modelConfig({ name: "n", model: "n" })],
      ),
    );
    harness.server.script("m", { missing: true });
    harness.server.script("n", { text: "I am n" });
    const chain = harness.models.chat(["m", "n"]);
    expect(await chain.look(quick())).toEqual({ state: "reachable" });
    expect((await ask(chain)).text).toBe("I am n");
    expect(harness.server.received.requests.some(({ path, model }) => path === "/api/chat" && model === "m")).toBe(
      false,
    );
  });

  test("is found out when a model goes while nobody looks: the call that missed it has it looked at", async () => {
    await using harness = startHarness();
    expect(await harness.model.look(quick())).toEqual({ state: "reachable" });
    harness.server.script("m", { missing: true });
    expect(modelError((await ask(harness.model)).error).kind).toBe("not-found");
    await until(() => harness.model.health().state === "missing");
  });
});

describe("images", () => {
  const image = { mediaType: "image/png", data: new Uint8Array([1]) };
  const request = { agent: "a", messages: [{ role: "user", text: "See", images: [image] }] } as const;

  test("go to a model that sees", async () => {
    await using harness = startHarness();
    harness.server.script("m", { sees: true, text: "I see" });
    expect((await ask(harness.model, request)).text).toBe("I see");
    await harness.model.look(quick());
    expect(harness.model.sees()).toBe(true);
  });

  test("are refused for one that doesn't, without asking it", async () => {
    await using harness = startHarness();
    expect(harness.model.sees()).toBeUndefined();
    expect(modelError((await ask(harness.model, request)).error).kind).toBe("refused");
    expect(harness.server.received.chats()).toEqual([]);
    await harness.model.look(quick());
    expect(harness.model.sees()).toBe(false);
  });
});

describe("abort", () => {
  test("before the first text holds the slot until Ollama is through with the prompt", async () => {
    await using harness = startHarness();
    harness.server.script("m", { text: "ok", evaluateMs: 300 });
    const caller = new AbortController();
    const heard = hear(harness.model.chat(chatRequest(), caller.signal));
    await harness.server.received.request(({ path }) => path === "/api/chat");
    caller.abort(new Error("gone"));
    await heard;
    expect(harness.models.statuses()[0]).toMatchObject({ busy: 0, finishing: 1 });
    harness.server.script("m", { text: "next" });
    expect((await ask(harness.model)).text).toBe("next");
    expect(harness.models.statuses()[0]).toMatchObject({ busy: 0, finishing: 0 });
    const predicted = harness.server.received.chats().map((request) => request.body["options"]);
    expect(predicted).toEqual([{}, { num_predict: 1 }, {}]);
  });

  test("while waiting for a slot leaves no trace", async () => {
    await using harness = startHarness();
    harness.server.script("m", { stallAfter: 1 });
    const first = new AbortController();
    const held = hear(harness.model.chat(chatRequest(), first.signal));
    await until(() => harness.model.health().state === "reachable");
    const second = new AbortController();
    const waiting = hear(harness.model.chat(chatRequest("Hi", "b"), second.signal));
    await until(() => harness.models.statuses()[0]?.waiting === 1);
    second.abort(new Error("gone"));
    const heard = await waiting;
    expect(heard.error).toEqual(new Error("gone"));
    expect(heard.events).toEqual([{ type: "notice", notice: { kind: "waiting", endpoint: "e" } }]);
    expect(harness.models.statuses()[0]).toMatchObject({ busy: 1, waiting: 0, finishing: 0 });
    first.abort(new Error("gone too"));
    await held;
    expect(harness.models.statuses()[0]).toMatchObject({ busy: 0 });
    expect(harness.server.received.chats()).toHaveLength(1);
  });
});
