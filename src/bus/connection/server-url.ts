// Addresses of NATS servers, as people write them.

import { BusError } from "./bus-error.ts";

export interface ServerUrl {
  readonly server: string;
  readonly isTls: boolean;
  readonly user?: string;
  readonly password?: string;
}

/** Takes `nats://user:password@host:port` apart: the library reads host and port only. Throws a `BusError` for another kind of address. */
export function parseServer(text: string): ServerUrl {
  const match = /^(?:([a-z]+):\/\/)?(?:([^:@/]*)(?::([^@/]*))?@)?([^@/]+)\/?$/i.exec(text.trim());
  const [, scheme = "nats", user, password, server] = match ?? [];
  if (server === undefined || !["nats", "tls"].includes(scheme.toLowerCase())) {
    throw new BusError(
      `Cannot use ${JSON.stringify(withoutUser(text))} as a NATS server; write nats://HOST:PORT or tls://HOST:PORT`,
    );
  }
  return {
    server,
    isTls: scheme.toLowerCase() === "tls",
    ...(user === undefined || user === "" ? {} : { user: decodeURIComponent(user) }),
    ...(password === undefined ? {} : { password: decodeURIComponent(password) }),
  };
}

/** A URL as it may be shown: no user, no password. */
export function withoutUser(text: string): string {
  return text.replace(/\/\/.*@/, "//");
}
