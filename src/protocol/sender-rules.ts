// Which senders a prompt endpoint serves, and how it refuses the others (§13.7, §13.7.3, §13.9).

import type { AgentId } from "./agent-id.ts";
import { parseAgentId } from "./agent-id.ts";
import type { AcceptedSender, SenderClass } from "./classify-sender.ts";
import { clockWindowMs } from "./classify-sender.ts";
import { isUserNkey } from "./nkey.ts";
import { ServiceError } from "./service-error.ts";

/** What an endpoint asks of a sender: anything, or a signature. */
export type SenderTrust = "any" | "signed";

export interface SenderRules {
  readonly trust: SenderTrust;
  /** User NKEYs or agent IDs; empty: every one that `trust` lets in. */
  readonly allow: readonly string[];
  /** User NKEYs or agent IDs; goes before `allow`. */
  readonly deny: readonly string[];
}

/** Whether the text names a sender in a rule: a user NKEY, or an agent ID. */
export function isSenderName(text: string): boolean {
  return isUserNkey(text) || parseAgentId(text) !== undefined;
}

/** Whether a verified sender is on the list of those who approve, and not on that of those who are not served. */
export function isApprover(
  sender: AgentId,
  rules: { readonly approve: readonly string[]; readonly deny: readonly string[] },
): boolean {
  return !isDenied(sender, rules) && rules.approve.some((name) => isNamed(sender, name));
}

/** What `min_sender_trust` declares: who must be on a list must sign. */
export function declaredTrust({ trust, allow }: SenderRules): SenderTrust {
  return allow.length > 0 ? "signed" : trust;
}

/** A sender that is served, or the error that refuses its prompt. */
export function admitSender(sender: SenderClass, rules: SenderRules): AcceptedSender | ServiceError {
  const mustSign = declaredTrust(rules) === "signed";
  switch (sender.trust) {
    case "malformed":
      return new ServiceError(400, "invalid_sender", `The Agent-Sender header is malformed: ${sender.problem}`);
    case "refused":
      return refusedError(sender);
    case "absent":
      return mustSign ? signatureRequired() : sender;
    case "claimed":
      return mustSign || isDenied(sender.sender, rules) ? signatureRequired() : sender;
    case "verified":
      return isAllowed(sender.sender, rules) ? sender : notAllowed();
  }
}

function isAllowed(sender: AgentId, rules: SenderRules): boolean {
  if (isDenied(sender, rules)) return false;
  return rules.allow.length === 0 || rules.allow.some((name) => isNamed(sender, name));
}

/** The account of an agent ID is the sender's own word: whoever is denied by one is denied with any. */
function isDenied({ user }: AgentId, { deny }: Pick<SenderRules, "deny">): boolean {
  return deny.some((name) => name === user || parseAgentId(name)?.user === user);
}

function isNamed({ account, user }: AgentId, name: string): boolean {
  return name === user || name === `${account}.${user}`;
}

function refusedError({ reason, skewMs = 0 }: Extract<SenderClass, { trust: "refused" }>): ServiceError {
  switch (reason) {
    case "clock": {
      const skewS = Math.round(skewMs / 100) / 10;
      const where = skewMs < 0 ? "behind" : "ahead of";
      const text = `The signature's time is ${Math.abs(skewS)} s ${where} this agent's clock, which allows ${clockWindowMs / 1000} s`;
      return new ServiceError(401, "sender_refused", text, { reason, skew_s: skewS });
    }
    case "overload":
      return new ServiceError(429, "rate_limited", "Too many signed prompts at once; try again later", {
        retry_after_s: Math.ceil(clockWindowMs / 1000),
      });
    case "subject":
    case "account":
    case "replay":
    case "signature":
      return new ServiceError(401, "sender_refused", refusalTexts[reason], { reason });
  }
}

const refusalTexts = {
  subject: "The signature is for another subject",
  account: "The signature's account is not the one in the subject",
  replay: "The signature's nonce was used before",
  signature: "The signature is not the user's",
} as const;

function signatureRequired(): ServiceError {
  return new ServiceError(
    401,
    "signature_required",
    "This agent serves callers that sign their prompts, and this one is not signed",
  );
}

function notAllowed(): ServiceError {
  return new ServiceError(403, "sender_not_allowed", "This agent does not serve this sender");
}
