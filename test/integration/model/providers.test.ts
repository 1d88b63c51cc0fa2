// The contract of every provider, against the scripted stand-in.

import { describe, expect, test } from "bun:test";
import { ask, chatRequest, hear, modelError } from "../../support/model-fixtures.ts";
import { remoteProviders, startHarness, until } from "../../support/model-harness.ts";
import { isChat } from "../../support/scripted-model/received.ts";

describe.each(remoteProviders)("provider %s", (provider) => {
  test("streams text and thinking apart and reports the counts", async () => {
    await using harness = startHarness({ provider });
    harness.server.script("m", { text: "Grüße, 世界 🙂!", thinking: "hm", usage: { input: 12, output: 34 } });
    const heard = await ask(harness.model);
    expect(heard).toMatchObject({ text: "Grüße, 世界 🙂!", thinking: "hm", error: undefined });
    expect(heard.usage).toMatchObject({ model: "m", provider, inputTokens: 12, outputTokens: 34, estimated: false });
    expect(heard.events.at(-1)?.type).toBe("usage");
  });

  test("keeps thinking apart that a model prints into its text", async () => {
    await using harness = startHarness({ provider });
    harness.server.script("m", { text: "<think>let me see</think>\n\nYes" });
    expect(await ask(harness.model)).toMatchObject({ text: "Yes", thinking: "let me see" });
  });

  test("guesses the counts that a server leaves out or lies about", async () => {
    await using harness = startHarness({ provider });
    harness.server.script("m", { text: "12345678", usage: "none" });
    expect((await ask(harness.model)).usage).toMatchObject({ inputTokens: 2, outputTokens: 2, estimated: true });
    harness.server.script("m", { text: "12345678", usage: { input: -1, output: "many" } });
    expect((await ask(harness.model)).usage?.estimated).toBe(true);
  });

  test("says when the answer was cut", async () => {
    await using harness = startHarness({ provider });
    harness.server.script("m", { finish: "length" });
    expect((await ask(harness.model)).usage?.finish).toBe("length");
  });

  test.each([
    ["breaks the connection", { dropAfter: 2 }],
    ["ends without having finished", { endAfter: 2 }],
    ["ends within a record", { halfAfter: 2 }],
    ["sends an error record", { errorAfter: 2 }],
  ] as const)("tells a stream that %s from an answer", async (_, script) => {
    await using harness = startHarness({ provider });
    harness.server.script("m", { tokens: 5, ...script });
    const heard = await ask(harness.model);
    expect(heard.text).toBe("word word ");
    expect(modelError(heard.error)).toMatchObject({ kind: "invalid" });
    expect(heard.usage).toBeUndefined();
  });

  test("refuses on an error status, with Retry-After, and stays reachable", async () => {
    await using harness = startHarness({ provider });
    harness.server.script("m", { status: 429, retryAfter: "7", errorText: "slow down" });
    const error = modelError((await ask(harness.model)).error);
    expect(error).toMatchObject({ kind: "refused", status: 429, retryAfterS: 7 });
    expect(error.message).toContain("slow down");
    expect(harness.model.health().state).toBe("reachable");
    expect(harness.server.received.chats()).toHaveLength(1);
  });

  test("knows a missing model, a failing server, and a prompt that is too large", async () => {
    await using harness = startHarness({ provider });
    harness.server.script("m", { missing: true });
    expect(modelError((await ask(harness.model)).error).kind).toBe("not-found");
    harness.server.script("m", { status: 500 });
    expect(modelError((await ask(harness.model)).error).kind).toBe("refused");
    harness.server.script("m", { status: 400, errorText: "the input length exceeds the context length" });
    expect(modelError((await ask(harness.model)).error).kind).toBe("overflow");
  });

  test("stops the generation when the caller leaves, and frees the slot", async () => {
    await using harness = startHarness({ provider });
    harness.server.script("m", { tokens: 3, stallAfter: 2 });
    const caller = new AbortController();
    const gone = new Error("gone");
    const heard = hear(harness.model.chat(chatRequest(), caller.signal));
    const request = await harness.server.received.request(({ path }) => isChat(path));
    await until(() => harness.model.health().state === "reachable");
    const leftAt = performance.now();
    caller.abort(gone);
    expect((await heard).error).toBe(gone);
    expect(performance.now() - leftAt).toBeLessThan(1_000);
    expect(await request.ended).toBe("aborted");
    expect(harness.models.statuses()[0]).toMatchObject({ busy: 0, waiting: 0, finishing: 0 });
  });

  test("takes a record of 16 MB whole", async () => {
    await using harness = startHarness({ provider });
    const text = "x".repeat(16 * 1024 * 1024);
    harness.server.script("m", { text });
    const heard = await ask(harness.model);
    expect(heard.error).toBeUndefined();
    expect(heard.text.length).toBe(text.length);
  });

  test("refuses a record that never ends", async () => {
    await using harness = startHarness({ provider });
    harness.server.script("m", { text: "x".repeat(24 * 1024 * 1024) });
    expect(modelError((await ask(harness.model)).error).kind).toBe("invalid");
  });

  test("ends with the answer though the body stays open", async () => {
    await using harness = startHarness({ provider });
    harness.server.script("m", { text: "done", neverEnd: true });
    expect(await ask(harness.model)).toMatchObject({ text: "done", error: undefined });
    const request = await harness.server.received.request((one) => one.model === "m");
    await request.ended;
    await until(() => harness.models.statuses()[0]?.busy === 0);
  });

  test("uses its connection again after an answer", async () => {
    await using harness = startHarness({ provider });
    for (let call = 0; call < 5; call++) expect((await ask(harness.model)).error).toBeUndefined();
    expect(harness.server.received.mostConcurrent).toBe(1);
  });
});
