// What an attempt to connect comes to.

import type { MsgHdrs, NatsConnection } from "@nats-io/nats-core";
import type { BusCredentials } from "../identity/credentials.ts";

export interface Dialled {
  readonly connection: NatsConnection;
  /** The loaded library of NATS, for what is made with it. */
  readonly library: NatsHeaders;
  readonly inboxPrefix: string;
  /** Absent: there are none that say who we are. */
  readonly credentials?: BusCredentials;
}

export interface NatsHeaders {
  headers(): MsgHdrs;
}
