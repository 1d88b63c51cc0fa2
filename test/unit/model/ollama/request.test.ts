import { expect, test } from "bun:test";
import { chatBody, probeBody } from "../../../../src/model/ollama/request.ts";
import { chatRequest, modelConfig } from "../../../support/model-fixtures.ts";

test("never lets Ollama cut a prompt or shift the context silently", () => {
  expect(chatBody(modelConfig(), chatRequest("Hi"), undefined)).toEqual({
    model: "m",
    messages: [{ role: "user", content: "Hi" }],
    stream: true,
    truncate: false,
    shift: false,
    options: {},
  });
});

test("sends the manifest's options in Ollama's names", () => {
  const schema = { type: "object" };
  const model = modelConfig({
    maxOutput: 9,
    temperature: 0,
    seed: 0,
    stop: ["x"],
    think: false,
    keepAliveMs: 60_000,
    schema,
  });
  expect(chatBody(model, chatRequest(), 2048)).toMatchObject({
    think: false,
    keep_alive: "60000ms",
    format: schema,
    options: { num_ctx: 2048, num_predict: 9, temperature: 0, seed: 0, stop: ["x"] },
  });
});

test("sends images as base64 beside their text", () => {
  const images = [{ mediaType: "image/png", data: new Uint8Array([1, 2, 3]) }];
  const request = { agent: "a", messages: [{ role: "user", text: "See", images }] } as const;
  expect(chatBody(modelConfig(), request, undefined).messages).toEqual([
    { role: "user", content: "See", images: ["AQID"] },
  ]);
});

test("probes with the load options of a chat, so that the model is not loaded anew", () => {
  expect(probeBody(modelConfig({ keepAliveMs: 5 }), 2048)).toMatchObject({
    keep_alive: "5ms",
    options: { num_ctx: 2048, num_predict: 1 },
  });
});
