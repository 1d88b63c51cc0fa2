import { expect, test } from "bun:test";
import { contextBytesPerToken, shortageText } from "../../../src/model/memory-need.ts";

const llama = { block_count: 30, embedding_length: 576, "attention.head_count": 9, "attention.head_count_kv": 3 };

test("a token of context takes a key and a value of each layer and head", () => {
  expect(contextBytesPerToken(new Map(Object.entries(llama)))).toBe(30 * 3 * (64 + 64) * 2);
  const wide = { ...llama, "attention.key_length": 128, "attention.value_length": 256 };
  expect(contextBytesPerToken(new Map(Object.entries(wide)))).toBe(30 * 3 * (128 + 256) * 2);
});

test("without groups each head has its own", () => {
  const plain = new Map(Object.entries(llama));
  plain.delete("attention.head_count_kv");
  expect(contextBytesPerToken(plain)).toBe(30 * 9 * 128 * 2);
});

test.each([
  ["a window that slides", { ...llama, "attention.sliding_window": 1024 }],
  ["keys and values packed together", { ...llama, "attention.kv_lora_rank": 512 }],
  ["a state in the place of a context", { ...llama, "ssm.state_size": 16 }],
  ["heads that differ by layer", { ...llama, "attention.head_count_kv": undefined }],
  ["nothing known", {}],
])("%s: the context counts nothing rather than too much", (_what, values) => {
  expect(contextBytesPerToken(new Map<string, number | undefined>(Object.entries(values)))).toBe(0);
});

test("the text says how much, and what to do", () => {
  const lack = { needBytes: 6.2 * 1024 ** 3, availableBytes: 3.4 * 1024 ** 3 };
  expect(shortageText({ name: "local", model: "qwen3:8b" }, lack)).toBe(
    'Model "qwen3:8b" needs about 6.2 GB of memory to be loaded, and 3.4 GB can be had: end what else takes memory, ' +
      "set a smaller context or take a smaller model; or say in models.local.ram what it really needs",
  );
});
