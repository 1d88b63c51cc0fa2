import { expect, test } from "bun:test";
import { ollamaUrl, readTags, smallestChatModel } from "../../../../build/demo/choose-model.ts";

test("Ollama's own variable may hold a host, a port or a URL", () => {
  expect(ollamaUrl(undefined)).toBe("http://127.0.0.1:11434");
  expect(ollamaUrl("")).toBe("http://127.0.0.1:11434");
  expect(ollamaUrl("0.0.0.0")).toBe("http://127.0.0.1:11434");
  expect(ollamaUrl(":11500")).toBe("http://127.0.0.1:11500");
  expect(ollamaUrl("https://gpu.local")).toBe("https://gpu.local");
});

test("the smallest model that talks is chosen, and an embedding model never", () => {
  const tags = readTags({
    models: [
      { name: "qwen3:8b", size: 5e9 },
      { name: "nomic-embed-text:latest", size: 1e8 },
      { name: "qwen3:0.6b", size: 5e8 },
      { size: 1 },
    ],
  });
  expect(smallestChatModel(tags)).toEqual({ name: "qwen3:0.6b", sizeBytes: 5e8 });
});

test("an answer of another shape holds no models", () => {
  expect(readTags({ error: "no" })).toEqual([]);
  expect(readTags(null)).toEqual([]);
});
