import { expect, test } from "bun:test";
import type { QuestionAnswer } from "../../../src/agent/contract.ts";
import { openQuestion } from "../../../src/runtime/open-question.ts";
import type { SenderClass } from "../../../src/protocol/classify-sender.ts";
import type { PromptRequest } from "../../../src/protocol/request.ts";
import { ServiceError } from "../../../src/protocol/service-error.ts";
import { testUser } from "../../support/test-user.ts";

const { nkey: user } = testUser();
const sender = { account: "ACME", user };
const yes = { prompt: "yes", attachments: [], extra: { approves: "abc" } };

function answered(answer: PromptRequest | ServiceError, from: SenderClass): QuestionAnswer | undefined {
  let heard: QuestionAnswer | undefined;
  const signal = new AbortController().signal;
  openQuestion({ prompt: "May I?", files: [], signal, onAnswer: (one) => (heard = one) }).onAnswer(answer, from);
  return heard;
}

test("an answer comes with its verified sender and the question that it names", () => {
  expect(answered(yes, { trust: "verified", sender })).toEqual({
    type: "answer",
    text: "yes",
    files: [],
    sender: { id: `ACME.${user}`, user, isVerified: true },
    approves: "abc",
  });
});

test("a sender who only claims is not verified, and one whose signature fails is none", () => {
  expect(answered(yes, { trust: "claimed", sender })).toMatchObject({ sender: { isVerified: false } });
  const refused = answered(yes, { trust: "refused", reason: "replay", sender });
  expect(refused).toMatchObject({ senderProblem: "it was used before" });
  expect(refused).not.toHaveProperty("sender");
  expect(answered(yes, { trust: "malformed", problem: "it is no JSON object" })).toMatchObject({
    senderProblem: "it is no JSON object",
  });
  expect(answered(yes, { trust: "absent" })).not.toHaveProperty("sender");
});

test("what names its question by anything but a text names none", () => {
  expect(answered({ ...yes, extra: { approves: ["abc"] } }, { trust: "absent" })).not.toHaveProperty("approves");
});

test("what cannot be read says why", () => {
  const error = new ServiceError(400, "empty_prompt", "The prompt is empty");
  expect(answered(error, { trust: "absent" })).toEqual({ type: "unusable", reason: "The prompt is empty" });
});
