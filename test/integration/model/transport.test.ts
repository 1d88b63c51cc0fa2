// How endpoints are reached: headers, keys, redirects, proxies, and what is told when they aren't.

import { expect, test } from "bun:test";
import { Secret } from "../../../src/manifest/secret.ts";
import { ask, modelError } from "../../support/model-fixtures.ts";
import { remoteProviders, startHarness } from "../../support/model-harness.ts";

/** Listens and never answers. */
function silentServer() {
  return Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
}

test.each(remoteProviders)(
  "%s sends the endpoint's own headers and key, and nothing from the environment",
  async (provider) => {
    const endpoint = { apiKey: new Secret("the-key"), headers: { "X-Site": new Secret("plant") } };
    await using harness = startHarness({ provider, endpoint });
    await ask(harness.model);
    const headers = (await harness.server.received.request((one) => one.model === "m")).headers;
    expect(headers.get("x-site")).toBe("plant");
    expect(headers.get(provider === "anthropic" ? "x-api-key" : "authorization")).toEndWith("the-key");
    expect([...headers.keys()].filter((name) => name.startsWith("x-stainless"))).toEqual([]);
  },
);

test("never repeats a key that a server wrote into its error", async () => {
  await using harness = startHarness({ provider: "openai", endpoint: { apiKey: new Secret("sk-very-secret") } });
  harness.server.script("m", { status: 401, errorText: "Incorrect API key provided: sk-very-secret" });
  const error = modelError((await ask(harness.model)).error);
  expect(error.message).toContain("Incorrect API key provided: ***");
  expect(error.message).not.toContain("sk-very-secret");
});

test.each(remoteProviders)("%s tells that nobody listens, and doesn't ask again at once", async (provider) => {
  await using harness = startHarness({ provider, endpoint: { url: "http://127.0.0.1:1/v1" } });
  const error = modelError((await ask(harness.model)).error);
  expect(error.kind).toBe("unreachable");
  expect(error.message).toContain('"http://127.0.0.1:1/v1": connection refused');
  expect(error.retryAfterS).toBe(1);
  expect(harness.model.health()).toMatchObject({ state: "unreachable", retryAfterS: 1 });
});

test.each(["ollama", "openai", "anthropic"] as const)(
  "a secret that %s repeats in a stream is masked too",
  async (provider) => {
    await using harness = startHarness({ provider, endpoint: { apiKey: new Secret("sk-very-secret") } });
    harness.server.script("m", { errorAfter: 2, errorText: "The key sk-very-secret has expired" });
    const error = modelError((await ask(harness.model)).error);
    expect(error.message).toContain("The key *** has expired");
  },
);

test("shows no password of a URL", async () => {
  await using harness = startHarness({ endpoint: { url: "http://user:hunter2@127.0.0.1:1" } });
  expect(modelError((await ask(harness.model)).error).message).not.toContain("hunter2");
});

test("tells a host without a name and a server without TLS as unreachable", async () => {
  await using unknown = startHarness({ endpoint: { url: "http://nobody.invalid" } });
  expect(modelError((await ask(unknown.model)).error).kind).toBe("unreachable");
  const server = startHarness();
  await using plain = startHarness({ endpoint: { url: server.server.url.replace("http:", "https:") } });
  expect(modelError((await ask(plain.model)).error).kind).toBe("unreachable");
  await server[Symbol.asyncDispose]();
});

test("waits for a model that takes longer to load than a connection may take", async () => {
  await using harness = startHarness({ endpoint: { connectTimeoutMs: 40 } });
  harness.server.script("m", { text: "loaded", headersAfterMs: 200 });
  expect(await ask(harness.model)).toMatchObject({ text: "loaded", error: undefined });
});

test("goes through the endpoint's proxy", async () => {
  const asked: string[] = [];
  const proxy = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => {
      asked.push(request.url);
      return new Response("No way", { status: 502 });
    },
  });
  const endpoint = { url: "http://model.invalid", proxy: new Secret(proxy.url.href) };
  await using harness = startHarness({ endpoint });
  expect(modelError((await ask(harness.model)).error)).toMatchObject({ kind: "refused", status: 502 });
  expect(asked).toEqual(["http://model.invalid/api/chat"]);
  await proxy.stop(true);
});

test("names the proxy as a cause when the endpoint behind it cannot be reached", async () => {
  const endpoint = { url: "http://model.invalid", proxy: new Secret("http://127.0.0.1:1") };
  await using harness = startHarness({ endpoint });
  const error = modelError((await ask(harness.model)).error);
  expect(error).toMatchObject({ kind: "unreachable" });
  expect(error.message).toContain("It is reached by the endpoint's proxy: check that too");
});

test("does not follow a redirect, which could carry a key elsewhere", async () => {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => Response.redirect("http://127.0.0.1:1/", 307),
  });
  await using harness = startHarness({ endpoint: { url: server.url.href } });
  expect(modelError((await ask(harness.model)).error)).toMatchObject({ kind: "refused", status: 307 });
  await server.stop(true);
});

test("takes a server that accepts and says nothing for slow, not for gone", async () => {
  using server = silentServer();
  await using harness = startHarness({ endpoint: { url: `http://127.0.0.1:${server.port}`, connectTimeoutMs: 40 } });
  const reason = new Error("deadline");
  const caller = new AbortController();
  setTimeout(() => caller.abort(reason), 150);
  expect((await ask(harness.model, undefined, caller.signal)).error).toBe(reason);
  server.stop(true);
});
