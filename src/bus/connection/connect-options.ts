// Turns settings into what the NATS library connects with. Files are read anew for each attempt, so that rotated credentials take effect.

import { readFile } from "node:fs/promises";
import type { Authenticator, ConnectionOptions, TlsOptions } from "@nats-io/transport-node";
import { BusError } from "./bus-error.ts";
import type { BusSettings } from "./bus-settings.ts";
import { defaultServer } from "./bus-settings.ts";
import { readNatsContext } from "./nats-context.ts";
import type { NatsLibrary } from "./nats-library.ts";

/** The settings in force: those of the context where one is named, completed by the others. Throws a `BusError`. */
export async function resolveSettings(settings: BusSettings): Promise<BusSettings> {
  if (settings.context === undefined) return settings;
  const context = await readNatsContext(settings.context);
  return { ...settings, ...context, servers: context.servers.length > 0 ? context.servers : settings.servers };
}

/** Options for one attempt. Throws a `BusError` when a credentials, NKEY or TLS file cannot be read. */
export async function connectOptions(nats: NatsLibrary, settings: BusSettings): Promise<ConnectionOptions> {
  const urls = (settings.servers.length > 0 ? settings.servers : [defaultServer]).map(parseServer);
  const tls = await tlsOptions(settings, urls);
  return {
    servers: urls.map((url) => url.server),
    authenticator: await authenticators(nats, settings, urls),
    ...(tls === undefined ? {} : { tls }),
    ...(settings.inboxPrefix === undefined ? {} : { inboxPrefix: settings.inboxPrefix }),
    reconnect: false,
    timeout: 10_000,
    pingInterval: 15_000,
    maxPingOut: 2,
    noAsyncTraces: true,
  };
}

interface ServerUrl {
  readonly server: string;
  readonly isTls: boolean;
  readonly user?: string;
  readonly password?: string;
}

/** Takes `nats://user:password@host:port` apart: the library reads host and port only. */
function parseServer(text: string): ServerUrl {
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
function withoutUser(text: string): string {
  return text.replace(/\/\/.*@/, "//");
}

async function authenticators(
  nats: NatsLibrary,
  settings: BusSettings,
  urls: readonly ServerUrl[],
): Promise<Authenticator[]> {
  const found: Authenticator[] = [];
  if (settings.credentialsFile !== undefined) {
    const credentials = await readSecretFile("credentials file", settings.credentialsFile);
    if (!credentials.includes("BEGIN NATS USER JWT")) {
      throw new BusError(`Credentials file "${settings.credentialsFile}" holds no NATS user JWT`);
    }
    found.push(nats.credsAuthenticator(new TextEncoder().encode(credentials)));
  }
  if (settings.nkeyFile !== undefined) {
    const seed = /\bSU[A-Z2-7]{56}\b/.exec(await readSecretFile("NKEY file", settings.nkeyFile))?.[0];
    if (seed === undefined) throw new BusError(`NKEY file "${settings.nkeyFile}" holds no user seed ("SU…")`);
    found.push(nats.nkeyAuthenticator(new TextEncoder().encode(seed)));
  }
  if (settings.token !== undefined) found.push(nats.tokenAuthenticator(settings.token.reveal()));
  const inUrl = urls.find((url) => url.user !== undefined);
  const user = settings.user ?? inUrl?.user;
  if (user !== undefined && settings.user === undefined && inUrl?.password === undefined) {
    found.push(nats.tokenAuthenticator(user)); // nats://TOKEN@host
  } else if (user !== undefined) {
    found.push(nats.usernamePasswordAuthenticator(user, settings.password?.reveal() ?? inUrl?.password ?? ""));
  }
  return found;
}

async function tlsOptions(settings: BusSettings, urls: readonly ServerUrl[]): Promise<TlsOptions | undefined> {
  const { caFile, certFile, keyFile } = settings.tls ?? {};
  if (settings.tls === undefined && settings.tlsFirst !== true && !urls.some((url) => url.isTls)) return undefined;
  return {
    ...(caFile === undefined ? {} : { ca: await readSecretFile("CA file", caFile) }),
    ...(certFile === undefined ? {} : { cert: await readSecretFile("client certificate", certFile) }),
    ...(keyFile === undefined ? {} : { key: await readSecretFile("client key", keyFile) }),
    ...(settings.tlsFirst === true ? { handshakeFirst: true } : {}),
  };
}

async function readSecretFile(what: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const why = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new BusError(`Cannot read the NATS ${what} "${path}": ${why}`, { cause });
  }
}
