// The bytes that are signed and never sent (§13.6, §13.10): lines that each end with LF, a fixed tag first, so that none of the two kinds of
// signature can pass for the other.

import type { AgentId } from "./agent-id.ts";
import type { SignedSender } from "./sender-header.ts";
import type { AgentAddress } from "./subjects.ts";

/** What a message's signature covers: seven lines. `payloadSha256`: lower-case hex. */
export function senderBytes(sender: Omit<SignedSender, "sig" | "name">, payloadSha256: string): Uint8Array {
  const { account, user, sub, ts, nonce } = sender;
  return lines("AGENT-SENDER-V1", account, user, sub, ts, nonce, payloadSha256);
}

/** What a registration's `id_sig` covers: six lines. */
export function registrationBytes(
  { account, user }: AgentId,
  { agent, owner }: Pick<AgentAddress, "agent" | "owner">,
  promptSubject: string,
): Uint8Array {
  return lines("AGENT-ID-V1", user, account, agent, owner, promptSubject);
}

function lines(...all: readonly string[]): Uint8Array {
  return new TextEncoder().encode(all.map((line) => `${line}\n`).join(""));
}
