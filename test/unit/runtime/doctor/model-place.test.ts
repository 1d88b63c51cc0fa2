import { expect, test } from "bun:test";
import { Secret } from "../../../../src/manifest/secret.ts";
import { isLoopbackUrl } from "../../../../src/runtime/doctor/loopback.ts";
import { isOnThisMachine } from "../../../../src/runtime/doctor/model-place.ts";
import { endpointConfig } from "../../../support/model-fixtures.ts";

test("addresses of this machine are known without asking for names", () => {
  const here = [
    "http://127.0.0.1:11434",
    "http://localhost/v1",
    "http://[::1]:1",
    "nats://u:p@127.9.9.9:4222",
    "localhost:4222",
  ];
  const elsewhere = [
    "http://192.168.0.2",
    "https://api.openai.com/v1",
    "nats://hub",
    "http://localhost.example",
    "",
    "http://127.0.0.1.example",
  ];
  expect(here.filter((url) => !isLoopbackUrl(url))).toEqual([]);
  expect(elsewhere.filter(isLoopbackUrl)).toEqual([]);
});

test("a model is elsewhere behind a proxy, and when Ollama passes it on", () => {
  const endpoint = endpointConfig({ url: "http://127.0.0.1:11434" });
  expect(isOnThisMachine(endpoint, { model: "qwen3:1.7b" })).toBe(true);
  expect(isOnThisMachine(endpoint, { model: "gpt-oss:120b-cloud" })).toBe(false);
  expect(isOnThisMachine({ ...endpoint, proxy: new Secret("http://proxy") })).toBe(false);
  expect(
    isOnThisMachine({
      name: "e",
      provider: "builtin",
      parallel: 1,
      headers: {},
      connectTimeoutMs: 1,
      retries: 0,
      retryWithinMs: 30_000,
    }),
  ).toBe(true);
});
