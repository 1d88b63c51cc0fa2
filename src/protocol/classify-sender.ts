// What a message's sender is worth (§13.7): absent, malformed, claimed, refused or verified. Clock, hash, signature check and nonces are
// passed in.

import { decodeBase64url } from "./base64url.ts";
import type { SenderClaim, SignedSender } from "./sender-header.ts";
import { parseSenderHeader } from "./sender-header.ts";
import { isAcceptableSubject } from "./signed-subject.ts";
import { senderBytes } from "./signed-bytes.ts";
import { parseTimestamp } from "./timestamp.ts";

/** How far a signature's time may be from our clock, either way. */
export const clockWindowMs = 30_000;

/** A message as it arrived, or as it is stored. */
export interface ArrivedMessage {
  /** All values of its `Agent-Sender` header. */
  readonly senderHeaders: readonly string[];
  readonly subject: string;
  readonly payload: Uint8Array;
}

/** Nonces that were seen, each for as long as its signature's time is within the window. */
export interface NonceStore {
  has(user: string, nonce: string): boolean;
  /** Keeps it until `untilMs`, a time since 1970. False: there is no room. */
  add(user: string, nonce: string, untilMs: number): boolean;
}

export interface SenderChecks {
  /** Lower-case hex. */
  sha256(payload: Uint8Array): string;
  /** Whether the signature over the bytes is the user's. */
  verify(user: string, bytes: Uint8Array, signature: Uint8Array): boolean;
  /** Absent for stored messages, of which the signature proves authorship alone (§13.8). */
  readonly freshness?: { readonly nowMs: number; readonly nonces: NonceStore };
  /** Counted from 1: the token of the arrival subject into which the server put the sender's account (§13.7.1). */
  readonly accountTokenPosition?: number;
  /** Further subjects that the sender may have signed: those that we know the message was moved from (§13.7.1). */
  readonly movedFrom?: readonly string[];
}

export type RefusalReason =
  /** Signed for another subject. */
  | "subject"
  /** The token of the subject that holds the account is another. */
  | "account"
  /** Its time is outside the window. */
  | "clock"
  /** Its nonce was seen before. */
  | "replay"
  /** The signature is not the user's. */
  | "signature"
  /** More messages of this user within the window than can be told apart. */
  | "overload";

export type SenderClass =
  | { readonly trust: "absent" }
  | { readonly trust: "malformed"; readonly problem: string }
  /** Grants nothing, ever. */
  | { readonly trust: "claimed"; readonly sender: SenderClaim }
  | {
      readonly trust: "refused";
      readonly reason: RefusalReason;
      readonly sender: SenderClaim;
      /** Signature's time less ours; negative: it is behind. With reason `clock`. */
      readonly skewMs?: number;
    }
  /** The sender holds the seed of `user`; `account` and `name` are its own words. */
  | { readonly trust: "verified"; readonly sender: SenderClaim };

/** A sender that a prompt may be served for. */
export type AcceptedSender = Extract<SenderClass, { readonly trust: "absent" | "claimed" | "verified" }>;

/** Never throws, unless what is passed in does. A nonce is recorded only after everything else has verified. */
export function classifySender(message: ArrivedMessage, checks: SenderChecks): SenderClass {
  const parsed = parseSenderHeader(message.senderHeaders);
  switch (parsed.type) {
    case "absent":
      return { trust: "absent" };
    case "malformed":
      return { trust: "malformed", problem: parsed.problem };
    case "claim":
      return { trust: "claimed", sender: parsed.claim };
    case "signed":
      return classifySigned(parsed.signed, message, checks);
  }
}

function classifySigned(signed: SignedSender, message: ArrivedMessage, checks: SenderChecks): SenderClass {
  const { freshness, accountTokenPosition } = checks;
  const sender = claimOf(signed);
  const refuse = (reason: RefusalReason): SenderClass => ({ trust: "refused", reason, sender });
  const acceptable = isAcceptableSubject(signed, message.subject, {
    ...(accountTokenPosition === undefined ? {} : { accountTokenPosition }),
    movedFrom: checks.movedFrom ?? [],
  });
  if (acceptable !== "yes") return refuse(acceptable);
  const sentMs = parseTimestamp(signed.ts) ?? Number.NaN;
  if (freshness !== undefined) {
    const skewMs = sentMs - freshness.nowMs;
    if (!(Math.abs(skewMs) <= clockWindowMs)) return { trust: "refused", reason: "clock", sender, skewMs };
    if (freshness.nonces.has(signed.user, signed.nonce)) return refuse("replay");
  }
  const bytes = senderBytes(signed, checks.sha256(message.payload));
  const signature = decodeBase64url(signed.sig);
  if (signature === undefined || !checks.verify(signed.user, bytes, signature)) return refuse("signature");
  const isRecorded = freshness?.nonces.add(signed.user, signed.nonce, sentMs + clockWindowMs) ?? true;
  return isRecorded ? { trust: "verified", sender } : refuse("overload");
}

function claimOf({ account, user, name }: SignedSender): SenderClaim {
  return { account, user, ...(name === undefined ? {} : { name }) };
}
