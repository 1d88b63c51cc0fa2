import { expect, test } from "bun:test";
import { messageBody } from "../../../../src/model/anthropic/request.ts";
import { modelConfig } from "../../../support/model-fixtures.ts";

test("keeps instructions apart from the messages", () => {
  const messages = [
    { role: "system", text: "Be brief" },
    { role: "user", text: "Hi" },
    { role: "assistant", text: "Hello" },
  ] as const;
  const body: object = messageBody(modelConfig({ temperature: 0.5, maxOutput: 9 }), { agent: "a", messages });
  expect(body).toEqual({
    model: "m",
    max_tokens: 9,
    stream: true,
    system: "Be brief",
    temperature: 0.5,
    messages: [
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Hello" },
    ],
  });
});

test("gives thinking half of the output and drops the temperature that it can't have", () => {
  const body = messageBody(modelConfig({ think: true, maxOutput: 4096, temperature: 0.5 }), {
    agent: "a",
    messages: [],
  });
  expect(body.thinking).toEqual({ type: "enabled", budget_tokens: 2048 });
  expect(body).not.toHaveProperty("temperature");
});

test("refuses an image of a type that the API doesn't take", () => {
  const images = [{ mediaType: "image/tiff", data: new Uint8Array([1]) }];
  const request = { agent: "a", messages: [{ role: "user", text: "See", images }] } as const;
  expect(() => messageBody(modelConfig(), request)).toThrow("image/tiff");
});
