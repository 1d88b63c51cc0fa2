import { expect, test } from "bun:test";
import { completionBody } from "../../../../src/model/openai/request.ts";
import { chatRequest, modelConfig } from "../../../support/model-fixtures.ts";

test("asks for usage, and for nothing that the manifest doesn't", () => {
  expect(completionBody(modelConfig(), chatRequest("Hi"), "max_tokens")).toEqual({
    model: "m",
    messages: [{ role: "user", content: "Hi" }],
    stream: true,
    stream_options: { include_usage: true },
  });
});

test("sends the manifest's options in OpenAI's names", () => {
  const schema = { type: "object" };
  const model = modelConfig({ maxOutput: 9, temperature: 0, seed: 1, stop: ["x"], think: false, schema });
  expect(completionBody(model, chatRequest(), "max_completion_tokens")).toMatchObject({
    max_completion_tokens: 9,
    temperature: 0,
    seed: 1,
    stop: ["x"],
    reasoning_effort: "none",
    response_format: { type: "json_schema", json_schema: { name: "answer", schema, strict: true } },
  });
});

test("sends images as data URLs", () => {
  const images = [{ mediaType: "image/png", data: new Uint8Array([1, 2, 3]) }];
  const request = { agent: "a", messages: [{ role: "user", text: "See", images }] } as const;
  expect(completionBody(modelConfig(), request, "max_tokens").messages).toEqual([
    {
      role: "user",
      content: [
        { type: "text", text: "See" },
        { type: "image_url", image_url: { url: "data:image/png;base64,AQID" } },
      ],
    },
  ]);
});
