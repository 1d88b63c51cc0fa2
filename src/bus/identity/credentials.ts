// What a connection's credentials say of who it is, kept for as long as the connection is.

import type { Signer } from "./signer.ts";

export interface BusCredentials {
  /** A user's JWT, as in a credentials file. */
  readonly jwt?: string;
  /** Absent: no seed is held. */
  readonly signer?: Signer;
}
