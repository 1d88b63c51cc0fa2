// The answer to an agent's question as it is published (§7). Leave to act is given by an answer that is signed and says which question it is for.

import { approvesField } from "../../protocol/approval.ts";
import { encodeRequest } from "../../protocol/request.ts";
import type { RequestSender } from "../identity/request-sender.ts";
import { CallError } from "./call-error.ts";
import type { Question } from "./call-event.ts";
import { type CallRequest, type Headers, messageBytes } from "./call-request.ts";

export interface PreparedAnswer {
  readonly payload: Uint8Array;
  readonly headers?: Headers;
}

/** `approver`: signs the answers to approvals; without it they go unsigned, and approve nothing. Rejects with a `CallError` when it is too large. */
export async function prepareAnswer(
  answer: CallRequest,
  question: Question & { readonly replySubject: string },
  { approver, maxBytes }: { readonly approver?: RequestSender | undefined; readonly maxBytes: number },
): Promise<PreparedAnswer> {
  const isApproval = question.approval !== undefined && approver !== undefined;
  const extra = isApproval ? { ...answer.extra, [approvesField]: await sha256Hex(question.prompt) } : answer.extra;
  const payload = encodeRequest(extra === undefined ? answer : { ...answer, extra });
  const signed = isApproval ? await approver.headers({ subject: question.replySubject, payload }) : undefined;
  const headers = signed?.type === "signed" ? { headers: signed.headers } : {};
  const bytes = messageBytes(payload, headers.headers);
  if (bytes <= maxBytes) return { payload, ...headers };
  const text = `The answer takes ${bytes} bytes, and the NATS server takes at most ${maxBytes}`;
  throw new CallError("payload_too_large", text);
}

/** By what browsers have, too. */
async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
