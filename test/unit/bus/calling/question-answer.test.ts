import { expect, test } from "bun:test";
import { prepareAnswer } from "../../../../src/bus/calling/question-answer.ts";
import type { RequestSender } from "../../../../src/bus/identity/request-sender.ts";
import { sha256 } from "../../../support/test-user.ts";

const question = { id: "1", prompt: "May I? Ünïcode", attachments: [], replySubject: "_INBOX.a.1" };
const approval = { id: "K7QX2M", tool: "service", action: "restart" };
const text = (payload: Uint8Array): string => new TextDecoder().decode(payload);

/** Puts what it was given into the header. */
const approver: RequestSender = {
  headers: ({ subject, payload }) =>
    Promise.resolve({ type: "signed", headers: { "Agent-Sender": `${subject} ${sha256(payload)}` } }),
};

test("an answer to an approval names the question's text, and is signed over its reply subject", async () => {
  const { payload, headers } = await prepareAnswer(
    { prompt: "yes" },
    { ...question, approval },
    { approver, maxBytes: 4096 },
  );
  expect(JSON.parse(text(payload))).toEqual({ approves: sha256(question.prompt), prompt: "yes" });
  expect(headers).toEqual({ "Agent-Sender": `_INBOX.a.1 ${sha256(payload)}` });
});

test("any other answer goes as it is, without a signature that somebody could use elsewhere", async () => {
  const { payload, headers } = await prepareAnswer({ prompt: "yes" }, question, { approver, maxBytes: 4096 });
  expect([text(payload), headers]).toEqual(["yes", undefined]);
});

test("without somebody to sign for, nothing is said that could pass for an approval", async () => {
  const asked = { ...question, approval };
  const { payload, headers } = await prepareAnswer({ prompt: "yes" }, asked, { maxBytes: 4096 });
  expect([text(payload), headers]).toEqual(["yes", undefined]);
});

test("the size counts with its header", () => {
  const limited = prepareAnswer({ prompt: "yes" }, { ...question, approval }, { approver, maxBytes: 150 });
  expect(limited).rejects.toThrow("and the NATS server takes at most 150");
});
