import { describe, expect, test } from "bun:test";
import {
  encodeMessage,
  parseFromEngine,
  parseToEngine,
  type FromEngine,
  type ToEngine,
} from "../../../../src/model/builtin/engine-message.ts";

const toEngine: readonly ToEngine[] = [
  { type: "load", folder: "/part", file: "/m.gguf", context: 4_096, parallel: 2, threads: 3 },
  {
    type: "chat",
    id: 7,
    messages: [
      { role: "system", text: "Be brief" },
      { role: "user", text: "line\nbreak and \u2028" },
    ],
    options: { stop: ["END"], maxOutput: 5, temperature: 0, seed: 1, think: false, schema: { type: "object" } },
  },
  { type: "cancel", id: 7 },
];

const fromEngine: readonly FromEngine[] = [
  { type: "loaded", contextTokens: 4_096 },
  { type: "load-failed", message: "no memory" },
  { type: "beat", steps: 12 },
  { type: "text", id: 7, text: "a\nb" },
  { type: "thinking", id: 7, text: "hm" },
  { type: "done", id: 7, inputTokens: 5, cachedTokens: 4, outputTokens: 3, finish: "length" },
  { type: "failed", id: 7, kind: "overflow", message: "too long" },
  { type: "cancelled", id: 7 },
];

describe("engine messages", () => {
  test.each(toEngine.map((message) => [message.type, message] as const))(
    "%s reaches the child unchanged",
    (_, message) => {
      const line = encodeMessage(message);
      expect(line.indexOf("\n")).toBe(line.length - 1);
      expect(parseToEngine(line)).toEqual(message);
    },
  );

  test.each(fromEngine.map((message) => [message.type, message] as const))("%s reaches us unchanged", (_, message) => {
    expect(parseFromEngine(encodeMessage(message))).toEqual(message);
  });

  test.each(["", "llama_context: warning", "{}", '{"type":"text"}', '{"type":"rm","id":1}', "[1]", "null"])(
    "a line like %j of native code is no message",
    (line) => {
      expect(parseFromEngine(line)).toBeUndefined();
      expect(parseToEngine(line)).toBeUndefined();
    },
  );
});
