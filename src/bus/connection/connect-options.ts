// Turns settings into what the NATS library connects with. Files are read anew for each attempt, so that rotated credentials take effect.

import { readFile } from "node:fs/promises";
import type { Authenticator, ConnectionOptions, TlsOptions } from "@nats-io/transport-node";
import { BusError } from "./bus-error.ts";
import type { BusSettings } from "./bus-settings.ts";
import { defaultServer } from "./bus-settings.ts";
import type { BusCredentials } from "../identity/credentials.ts";
import { readNatsContext } from "./nats-context.ts";
import type { NatsLibrary } from "./nats-library.ts";
import { signerOf, userJwt, userSeed } from "./credential-text.ts";
import { parseServer, type ServerUrl } from "./server-url.ts";

/** The settings in force: those of the context where one is named, completed by the others. Throws a `BusError`. */
export async function resolveSettings(settings: BusSettings): Promise<BusSettings> {
  if (settings.context === undefined) return settings;
  const context = await readNatsContext(settings.context);
  return { ...settings, ...context, servers: context.servers.length > 0 ? context.servers : settings.servers };
}

export interface ConnectTerms {
  readonly options: ConnectionOptions;
  readonly credentials: BusCredentials;
}

/** Options for one attempt. Throws a `BusError` when a credentials, NKEY or TLS file cannot be read. */
export async function connectTerms(nats: NatsLibrary, settings: BusSettings): Promise<ConnectTerms> {
  const urls = (settings.servers.length > 0 ? settings.servers : [defaultServer]).map(parseServer);
  const tls = await tlsOptions(settings, urls);
  const { authenticators, credentials } = await readCredentials(nats, settings, urls);
  const options = {
    servers: urls.map((url) => url.server),
    authenticator: [...authenticators],
    ...(tls === undefined ? {} : { tls }),
    ...(settings.inboxPrefix === undefined ? {} : { inboxPrefix: settings.inboxPrefix }),
    reconnect: false,
    timeout: 10_000,
    pingInterval: 15_000,
    maxPingOut: 2,
    noAsyncTraces: true,
  };
  return { options, credentials };
}

interface ReadCredentials {
  readonly authenticators: readonly Authenticator[];
  readonly credentials: BusCredentials;
}

async function readCredentials(
  nats: NatsLibrary,
  settings: BusSettings,
  urls: readonly ServerUrl[],
): Promise<ReadCredentials> {
  const { credentialsFile, nkeyFile } = settings;
  const read = [
    ...(credentialsFile === undefined ? [] : [await byCredentialsFile(nats, credentialsFile)]),
    ...(nkeyFile === undefined ? [] : [await byNkeyFile(nats, nkeyFile)]),
  ];
  const others = authenticators(nats, settings, urls);
  return {
    authenticators: [...read.flatMap((found) => found.authenticators), ...others],
    credentials: read[0]?.credentials ?? {},
  };
}

async function byCredentialsFile(nats: NatsLibrary, path: string): Promise<ReadCredentials> {
  const text = await readSecretFile("credentials file", path);
  const jwt = userJwt(text);
  if (jwt === undefined) throw new BusError(`Credentials file "${path}" holds no NATS user JWT`);
  const seed = userSeed(text);
  return {
    authenticators: [nats.credsAuthenticator(new TextEncoder().encode(text))],
    credentials: { jwt, ...(seed === undefined ? {} : { signer: await signerOf(seed, `"${path}"`) }) },
  };
}

async function byNkeyFile(nats: NatsLibrary, path: string): Promise<ReadCredentials> {
  const seed = userSeed(await readSecretFile("NKEY file", path));
  if (seed === undefined) throw new BusError(`NKEY file "${path}" holds no user seed ("SU…")`);
  return {
    authenticators: [nats.nkeyAuthenticator(new TextEncoder().encode(seed))],
    credentials: { signer: await signerOf(seed, `"${path}"`) },
  };
}

function authenticators(nats: NatsLibrary, settings: BusSettings, urls: readonly ServerUrl[]): Authenticator[] {
  const found: Authenticator[] = [];
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
