// A turn's question on its way to the bus, and the answer back, with what its sender is worth.

import type { AgentQuestion, PromptSender, QuestionAnswer } from "../agent/contract.ts";
import type { OpenQuestion } from "../bus/serving/service-port.ts";
import { formatAgentId } from "../protocol/agent-id.ts";
import { approvesField } from "../protocol/approval.ts";
import type { AcceptedSender, SenderClass } from "../protocol/classify-sender.ts";
import type { PromptRequest } from "../protocol/request.ts";
import { ServiceError } from "../protocol/service-error.ts";

export function openQuestion({ prompt, files, approval, signal, onAnswer }: AgentQuestion): OpenQuestion {
  return {
    type: "question",
    prompt,
    attachments: files,
    ...(approval === undefined ? {} : { approval }),
    signal,
    onAnswer: (answer, sender) => onAnswer(questionAnswer(answer, sender)),
  };
}

export function promptSender({ trust, sender }: Exclude<AcceptedSender, { trust: "absent" }>): PromptSender {
  return { id: formatAgentId(sender), user: sender.user, isVerified: trust === "verified" };
}

function questionAnswer(answer: PromptRequest | ServiceError, sender: SenderClass): QuestionAnswer {
  if (answer instanceof ServiceError) return { type: "unusable", reason: answer.message };
  const approves = answer.extra[approvesField];
  return {
    type: "answer",
    text: answer.prompt,
    files: answer.attachments,
    ...senderFields(sender),
    ...(typeof approves === "string" ? { approves } : {}),
  };
}

function senderFields(
  sender: SenderClass,
): Pick<Extract<QuestionAnswer, { type: "answer" }>, "sender" | "senderProblem"> {
  switch (sender.trust) {
    case "absent":
      return {};
    case "malformed":
      return { senderProblem: sender.problem };
    case "refused":
      return { senderProblem: problems[sender.reason] };
    case "claimed":
    case "verified":
      return { sender: promptSender(sender) };
  }
}

const problems = {
  subject: "it was made for another question",
  account: "its account is not the one in the subject",
  clock: "its time is not now",
  replay: "it was used before",
  signature: "it is not the user's",
  overload: "its user signs too much at once",
} as const;
