// What signs for one NATS user. Whoever holds one never sees the seed.

import type { AgentId } from "../../protocol/agent-id.ts";

export interface Signer {
  /** Public NKEY. */
  readonly user: string;
  sign(bytes: Uint8Array): Uint8Array;
  /** Lower-case hex. */
  sha256(payload: Uint8Array): string;
}

/** Where a platform has these as promises only. */
export interface AnySigner {
  readonly user: string;
  sign(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
  sha256(payload: Uint8Array): string | Promise<string>;
}

export interface SigningIdentity<Kind extends AnySigner = Signer> {
  readonly id: AgentId;
  readonly signer: Kind;
}
