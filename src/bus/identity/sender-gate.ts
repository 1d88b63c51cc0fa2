// Before one agent's endpoints: says who sends a message, and refuses senders that are not to be served (§13.7). Never throws.

import type { Msg } from "@nats-io/nats-core";
import { formatAgentId } from "../../protocol/agent-id.ts";
import type { AcceptedSender, NonceStore, SenderChecks, SenderClass } from "../../protocol/classify-sender.ts";
import { classifySender } from "../../protocol/classify-sender.ts";
import { senderHeader } from "../../protocol/sender-header.ts";
import type { SenderRules } from "../../protocol/sender-rules.ts";
import { admitSender } from "../../protocol/sender-rules.ts";
import { ServiceError } from "../../protocol/service-error.ts";
import type { LogFields, Logger } from "../../telemetry/log.ts";
import { sha256Hex, verifySignature } from "./signatures.ts";
import { SeldomLog } from "./seldom-log.ts";

export interface SenderGateOptions {
  readonly rules: SenderRules;
  readonly nonces: NonceStore;
  readonly accountTokenPosition?: number;
  readonly log: Logger;
}

/** A message that is kept, and may have been moved since it was signed. */
export interface StoredPrompt {
  readonly senderHeaders: readonly string[];
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly movedFrom: readonly string[];
}

export class SenderGate {
  readonly #options: SenderGateOptions;
  readonly #seldom: SeldomLog;

  constructor(options: SenderGateOptions) {
    this.#options = options;
    this.#seldom = new SeldomLog(options.log);
  }

  /** Of a prompt that has just arrived. */
  admit(message: Msg): AcceptedSender | ServiceError {
    return this.#admit(this.#classify(message));
  }

  /** Of a prompt that was kept: its signature proves who wrote it, however long ago (§13.8). */
  admitStored({ movedFrom, ...message }: StoredPrompt): AcceptedSender | ServiceError {
    return this.#admit(classifySender(message, { ...this.#checks(), movedFrom }));
  }

  /** Of a status request, which is answered whoever asks (§13.9): what is wrong with it is only logged. */
  note(message: Msg): void {
    const sender = this.#classify(message);
    if (sender.trust === "malformed" || sender.trust === "refused") {
      this.#seldom.info(
        "The sender of a status request could not be verified; it is answered all the same",
        fieldsOf(sender),
      );
    }
  }

  #admit(sender: SenderClass): AcceptedSender | ServiceError {
    const admitted = admitSender(sender, this.#options.rules);
    if (admitted instanceof ServiceError) {
      this.#seldom.warn("A sender was refused", { code: admitted.code, error: admitted.error, ...fieldsOf(sender) });
    }
    return admitted;
  }

  #classify(message: Msg): SenderClass {
    const { subject, data: payload } = message;
    const senderHeaders = message.headers?.values(senderHeader) ?? [];
    const freshness = { nowMs: Date.now(), nonces: this.#options.nonces };
    return classifySender({ senderHeaders, subject, payload }, { ...this.#checks(), freshness });
  }

  #checks(): SenderChecks {
    const { accountTokenPosition } = this.#options;
    return {
      sha256: sha256Hex,
      verify: verifySignature,
      ...(accountTokenPosition === undefined ? {} : { accountTokenPosition }),
    };
  }
}

/** Whose turn a sender's prompt uses up, and whose conversations it continues: a signature's user, or all that do not sign. */
export function senderKey(sender: AcceptedSender): string {
  return sender.trust === "verified" ? sender.sender.user : "";
}

function fieldsOf(sender: SenderClass): LogFields {
  switch (sender.trust) {
    case "absent":
      return { trust: "absent" };
    case "malformed":
      return { trust: "malformed", problem: sender.problem };
    case "claimed":
    case "verified":
      return { trust: sender.trust, sender: formatAgentId(sender.sender) };
    case "refused": {
      const { skewMs, reason } = sender;
      const skew = skewMs === undefined ? {} : { skew_s: Math.round(skewMs / 100) / 10 };
      return { trust: "refused", sender: formatAgentId(sender.sender), reason, ...skew };
    }
  }
}
