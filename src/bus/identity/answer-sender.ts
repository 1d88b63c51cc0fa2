// Who sent the answer to a question of ours: checked as a prompt's sender is (§13.7), over the question's reply subject, which nobody else's
// question has. It grants nothing by itself.

import type { Msg } from "@nats-io/nats-core";
import { classifySender, type NonceStore, type SenderClass } from "../../protocol/classify-sender.ts";
import { senderHeader } from "../../protocol/sender-header.ts";
import { sha256Hex, verifySignature } from "./signatures.ts";

/** Never throws. */
export function answerSender({ headers, subject, data: payload }: Msg, nonces: NonceStore): SenderClass {
  const senderHeaders = headers?.values(senderHeader) ?? [];
  const freshness = { nowMs: Date.now(), nonces };
  return classifySender({ senderHeaders, subject, payload }, { sha256: sha256Hex, verify: verifySignature, freshness });
}
