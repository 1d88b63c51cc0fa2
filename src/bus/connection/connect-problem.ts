// Says in words why NATS could not be reached, and what to do about it.

import { BusError } from "./bus-error.ts";

/** A `BusError` for whatever an attempt to connect threw. `servers` are shown, so they hold no passwords. */
export function connectProblem(cause: unknown, servers: readonly string[]): BusError {
  if (cause instanceof BusError) return cause;
  return new BusError(describe(cause, `NATS at "${servers.join(", ")}"`), { cause });
}

function describe(cause: unknown, target: string): string {
  const chain = errorChain(cause);
  const text = chain.map((error) => error.message).join(": ");
  const codes = new Set(chain.map(codeOf));
  const has = (...wanted: string[]): boolean => wanted.some((code) => codes.has(code));
  if (has("ECONNREFUSED") || /connection refused/i.test(text)) {
    return `Cannot reach ${target}: connection refused. Start nats-server there or set nats.servers`;
  }
  if (has("ENOTFOUND", "EAI_AGAIN", "ENODATA", "DNS_ENOTFOUND") || /getaddrinfo|not resolve/i.test(text)) {
    return `Cannot reach ${target}: the host name is not known. Check nats.servers and the machine's DNS`;
  }
  if (/authentication expired/i.test(text)) {
    return `${target} refused the credentials: they have expired. Get new ones for nats.credentials_file`;
  }
  if (/authorization violation|authentication timeout/i.test(text)) {
    return `${target} refused the credentials: authorization violation. Check nats.credentials_file, nkey_file, user and password, or token`;
  }
  if (isTlsProblem(text, codes)) {
    return `Cannot make a TLS connection to ${target}: ${text}. Check nats.tls.ca_file, cert_file and key_file`;
  }
  if (/timeout/i.test(text) || has("ETIMEDOUT"))
    return `Cannot reach ${target}: no answer in time. Check the address and the firewall`;
  if (has("EHOSTUNREACH", "ENETUNREACH")) return `Cannot reach ${target}: no route to the host. Check the network`;
  return `Cannot connect to ${target}: ${text === "" ? "the connection was closed" : text}`;
}

function isTlsProblem(text: string, codes: ReadonlySet<string>): boolean {
  return [...codes].some((code) => /CERT|TLS|SSL/.test(code)) || /certificate|tls|ssl|handshake/i.test(text);
}

function errorChain(cause: unknown): Error[] {
  const chain: Error[] = [];
  for (let error = cause; error instanceof Error && chain.length < 5; error = error.cause) chain.push(error);
  return chain;
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : "";
}
