// What a heartbeat's signature is worth to whoever listens (§13.11): one that fails is no heartbeat at all.

import type { AgentId } from "../../protocol/agent-id.ts";
import type { RefusalReason, SenderChecks } from "../../protocol/classify-sender.ts";
import { classifySender } from "../../protocol/classify-sender.ts";
import type { Heartbeat } from "../../protocol/heartbeat.ts";
import { parseSenderHeader } from "../../protocol/sender-header.ts";
import { parseTimestamp } from "../../protocol/timestamp.ts";

/** What checking signatures takes. Absent where there is none: every identity is then a claim. */
export type SignatureChecks = Pick<SenderChecks, "sha256" | "verify">;

export interface ArrivedBeat {
  readonly beat: Heartbeat;
  readonly payload: string;
  readonly subject: string;
  /** All values of its `Agent-Sender` header. */
  readonly senderHeaders: readonly string[];
}

/** The last one of an instance that was signed rightly: an earlier one, or the same, is a replay. */
export interface LastSigned {
  readonly sentMs: number;
  readonly nonce: string;
}

export type BeatSender =
  | { readonly type: "unsigned" }
  | { readonly type: "signed"; readonly sender: AgentId; readonly last: LastSigned }
  | { readonly type: "refused"; readonly problem: string };

/** `nowMs`: since 1970. */
export function beatSender(
  { beat, payload, subject, senderHeaders }: ArrivedBeat,
  last: LastSigned | undefined,
  checks: SignatureChecks & { readonly nowMs: number },
): BeatSender {
  const sentMs = parseTimestamp(beat.ts) ?? Number.NaN;
  const isOld = (nonce: string): boolean =>
    last !== undefined && (sentMs < last.sentMs || (sentMs === last.sentMs && nonce === last.nonce));
  const nonces = { has: (_: string, nonce: string) => isOld(nonce), add: () => true };
  const message = { senderHeaders, subject, payload: new TextEncoder().encode(payload) };
  const sender = classifySender(message, { ...checks, freshness: { nowMs: checks.nowMs, nonces } });
  switch (sender.trust) {
    case "absent":
    case "claimed":
      return { type: "unsigned" };
    case "malformed":
      return refused("their signature cannot be read");
    case "refused":
      return refused(refusalText(sender.reason, sender.skewMs));
    case "verified": {
      const parsed = parseSenderHeader(senderHeaders);
      if (parsed.type !== "signed" || parsed.signed.ts !== beat.ts)
        return refused("their signature is of another time");
      return { type: "signed", sender: sender.sender, last: { sentMs, nonce: parsed.signed.nonce } };
    }
  }
}

function refused(problem: string): BeatSender {
  return { type: "refused", problem };
}

function refusalText(reason: RefusalReason, skewMs = 0): string {
  if (reason !== "clock") return reason === "replay" ? "they were heard before" : "their signature fails";
  return `its clock is ${Math.abs(Math.round(skewMs / 1000))} s ${skewMs < 0 ? "behind" : "ahead of"} ours`;
}
