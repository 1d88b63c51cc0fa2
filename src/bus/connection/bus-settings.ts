// What connecting needs: the manifest's `nats`, or a NATS CLI context turned into the same.

import type { NatsConfig } from "../../manifest/manifest.ts";

/** How to reach NATS and who to be there. `NatsConfig` is one; a context file becomes one. */
export interface BusSettings extends Pick<
  NatsConfig,
  "servers" | "context" | "credentialsFile" | "nkeyFile" | "user" | "password" | "token" | "tls"
> {
  /** Prefix of reply subjects; default `_INBOX`. */
  readonly inboxPrefix?: string;
  /** TLS before the server's greeting. */
  readonly tlsFirst?: boolean;
}

export const defaultServer = "nats://127.0.0.1:4222";
