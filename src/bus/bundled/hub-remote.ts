// What nats-server is told of the hub. A link needs secrets in files; one that can't be used makes no link, and never stops the server.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { HubConfig } from "../../manifest/manifest.ts";

export type HubRemote =
  | {
      readonly type: "usable";
      /** Lines of nats-server's configuration; they hold secrets. */
      readonly lines: readonly string[];
      /** Changes with whatever the server has to be told anew: not with a credentials file, which it reads for each link itself. */
      readonly digest: string;
    }
  | { readonly type: "unusable"; readonly reason: string };

/** Reads the hub's files. Never rejects. */
export async function hubRemote(hub: HubConfig): Promise<HubRemote> {
  try {
    const seed = hub.nkeyFile === undefined ? undefined : await seedIn(hub.nkeyFile);
    const lines = [...leafLines(hub, seed)];
    const { caFile, certFile, keyFile } = hub.tls ?? {};
    const files = [caFile, certFile, keyFile].flatMap((path) =>
      path === undefined ? [] : [readText("TLS file", path)],
    );
    const digest = createHash("sha256")
      .update(JSON.stringify([lines, files]))
      .digest("hex");
    return { type: "usable", lines, digest };
  } catch (error) {
    return { type: "unusable", reason: error instanceof Error ? error.message : String(error) };
  }
}

/** `host:port` of the hub, as it may be shown. */
export function hubAddress(hub: HubConfig): string {
  return hub.url.replace(/^[a-z-]+:\/\//, "").replace(/\/$/, "");
}

// Only the hub's own name is dialled, not what the hub tells of its other addresses: the manifest names where this machine connects to.
// Each failure is written to the log, where we follow the link.
function leafLines(hub: HubConfig, seed: string | undefined): readonly string[] {
  const { caFile, certFile, keyFile } = hub.tls ?? {};
  const isTls = hub.url.startsWith("tls://") || hub.tls !== undefined;
  const setting = (key: string, value: string | undefined) =>
    value === undefined ? [] : [`${key}: ${JSON.stringify(value)}`];
  const tls = [...setting("ca_file", caFile), ...setting("cert_file", certFile), ...setting("key_file", keyFile)];
  return [
    "leafnodes {",
    '  reconnect: "2s"',
    "  remotes: [ {",
    `    url: ${JSON.stringify(urlWithUser(hub))}`,
    "    ignore_discovered_servers: true",
    ...setting("credentials", hub.credentialsFile).map(indent),
    ...setting("nkey", seed).map(indent),
    ...(isTls ? ["    tls {", ...[...tls, "timeout: 5"].map(indent).map(indent), "    }"] : []),
    "  } ]",
    "}",
    "reconnect_error_reports: 1",
  ];
}

function indent(line: string): string {
  return `    ${line}`;
}

/** A token is a user without a password to nats-server. */
function urlWithUser(hub: HubConfig): string {
  const scheme = hub.url.startsWith("tls://") ? "tls" : "nats-leaf";
  const user = hub.token?.reveal() ?? hub.user;
  const password = hub.password === undefined ? "" : `:${encodeURIComponent(hub.password.reveal())}`;
  return `${scheme}://${user === undefined ? "" : `${encodeURIComponent(user)}${password}@`}${hubAddress(hub)}`;
}

/** Checked here, as nats-server would repeat in its log what is no seed. */
async function seedIn(path: string): Promise<string> {
  const { nkeys } = await import("@nats-io/transport-node");
  const seed = /\bSU[A-Z2-7]{56}\b/.exec(readText("NKEY file", path))?.[0];
  const problem = `NKEY file "${path}" of the hub holds no user seed ("SU…")`;
  if (seed === undefined) throw new Error(problem);
  try {
    nkeys.fromSeed(new TextEncoder().encode(seed));
    return seed;
  } catch (cause) {
    throw new Error(problem, { cause });
  }
}

function readText(what: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const why = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new Error(`Cannot read the ${what} "${path}" of the hub: ${why}`, { cause });
  }
}
