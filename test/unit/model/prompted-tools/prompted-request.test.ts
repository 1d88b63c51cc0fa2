import { expect, test } from "bun:test";
import { promptedRequest } from "../../../../src/model/prompted-tools/prompted-request.ts";

const clock = { name: "clock", description: "Tells the time.", parameters: { type: "object", properties: {} } };
const request = { messages: [{ role: "user", text: "Late?" }], tools: [clock], agent: "a" } as const;
const answerOnly = {
  type: "object",
  properties: { answer: { type: "string" } },
  required: ["answer"],
  additionalProperties: false,
};

test("a model may call or answer", () => {
  const { format } = promptedRequest(request, undefined);
  expect(JSON.stringify(format)).toContain('{"const":"clock"}');
  expect(format?.["oneOf"]).toContainEqual(answerOnly);
});

test("a model that must answer is held to it, and told the same as before", () => {
  const prompted = promptedRequest({ ...request, mustAnswer: "freely" }, undefined);
  expect(prompted.format).toEqual(answerOnly);
  expect(prompted.messages).toEqual(promptedRequest(request, undefined).messages);
});
