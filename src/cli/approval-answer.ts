// What a person at the terminal can say to an agent that asks for leave to act.

import type { Question } from "../bus/calling/call-event.ts";
import type { RequestSender } from "../bus/identity/request-sender.ts";
import { readApprovalWord } from "../protocol/approval.ts";

export const wantedWords = "Answer yes, no or always; nothing, to leave it unanswered\n";

/** Why it makes no sense to answer: what cannot be signed approves nothing. Undefined: answer. */
export async function whyUnsigned({ approval }: Question, sender: RequestSender): Promise<string | undefined> {
  if (approval === undefined) return undefined;
  const tried = await sender.headers({ subject: "approval", payload: new Uint8Array() });
  if (tried.type === "signed") return undefined;
  return `Only a signed answer counts, and ${tried.why}. It is left to the agent's machine\n`;
}

export function isUsableAnswer({ approval }: Question, answer: string): boolean {
  return approval === undefined || readApprovalWord(answer) !== undefined;
}
