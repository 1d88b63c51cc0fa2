// Calls of a server that is busy or broken for a moment.

import { describe, expect, test } from "bun:test";
import type { ModelEvent } from "../../../src/model/contract.ts";
import { ModelError } from "../../../src/model/contract.ts";
import { retryWaitMs } from "../../../src/model/retrying-call.ts";
import { chatRequest } from "../../support/model-fixtures.ts";
import { type Harness, remoteProviders, startHarness } from "../../support/model-harness.ts";

const quick = { retries: 2, retryWithinMs: 30_000 };

/** Every event of one call; `onRetry` is called after each notice of a retry, before it. */
async function events(harness: Harness, onRetry: (count: number) => void, signal = AbortSignal.timeout(20_000)) {
  const heard: ModelEvent[] = [];
  let retries = 0;
  for await (const event of harness.model.chat(chatRequest(), signal)) {
    heard.push(event);
    if (event.type === "notice" && event.notice.kind === "retrying") onRetry(++retries);
  }
  return heard;
}

async function failure(answer: Promise<unknown>): Promise<ModelError> {
  const error: unknown = await answer.then(
    () => new Error("It did not fail"),
    (reason: unknown) => reason,
  );
  if (error instanceof ModelError) return error;
  throw error;
}

describe("a call that fails in a way that may pass", () => {
  test.each(remoteProviders)("is tried again, and its caller hears of it (%s)", async (provider) => {
    await using harness = startHarness({ provider, endpoint: quick });
    harness.server.script("m", { status: 503 });
    const heard = await events(harness, () => harness.server.script("m", { text: "at last" }));
    expect(heard[0]).toMatchObject({ type: "notice", notice: { kind: "retrying" } });
    expect(heard.at(-1)?.type).toBe("usage");
    expect(heard.map((event) => (event.type === "text" ? event.text : "")).join("")).toBe("at last");
  });

  test("is given up after its retries, with the error of the last", async () => {
    await using harness = startHarness({ endpoint: quick });
    harness.server.script("m", { status: 500 });
    const retries: number[] = [];
    const error = await failure(events(harness, (count) => retries.push(count)));
    expect(error).toMatchObject({ kind: "refused", status: 500 });
    expect(retries).toEqual([1, 2]);
  });

  test("waits as long as the server says, and not at all when that is too long", async () => {
    await using harness = startHarness({ provider: "openai", endpoint: quick });
    harness.server.script("m", { status: 429, retryAfter: "1" });
    const startedAt = performance.now();
    await events(harness, () => harness.server.script("m", { text: "ok" }));
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1000);
    harness.server.script("m", { status: 429, retryAfter: "31" });
    const error = await failure(events(harness, () => expect().fail("It was tried again")));
    expect(error).toMatchObject({ kind: "refused", status: 429, retryAfterS: 31 });
  });

  test.each([400, 401, 403, 422])("not: status %d is told at once", async (status) => {
    await using harness = startHarness({ provider: "openai", endpoint: quick });
    harness.server.script("m", { status });
    await failure(events(harness, () => expect().fail("It was tried again")));
    expect(harness.server.received.total).toBe(1);
  });

  test("not: once there was text, the answer is broken", async () => {
    await using harness = startHarness({ endpoint: quick });
    harness.server.script("m", { tokens: 5, errorAfter: 2, errorText: "overloaded" });
    await failure(events(harness, () => expect().fail("It was tried again")));
  });

  test("ends with its signal while it waits", async () => {
    await using harness = startHarness({ endpoint: quick });
    harness.server.script("m", { status: 429, retryAfter: "20" });
    const stop = new AbortController();
    const reason = new Error("Enough");
    const answer = events(harness, () => stop.abort(reason), stop.signal);
    expect(await answer.catch((error: unknown) => error)).toBe(reason);
  });
});

test("waits grow, spread, and are never shorter than the server asks for", () => {
  expect([0, 1].map((random) => retryWaitMs(undefined, 1, random))).toEqual([250, 500]);
  expect([0, 1].map((random) => retryWaitMs(undefined, 3, random))).toEqual([1000, 2000]);
  expect([0, 1].map((random) => retryWaitMs(4, 1, random))).toEqual([4000, 5000]);
  expect(retryWaitMs(0, 1, 0)).toBe(250);
});
