// Connects to servers given by their addresses alone: over TCP, or over WebSocket in browsers and for ws:// addresses.

import type * as Nats from "@nats-io/nats-core";
import type { Authenticator, ConnectionOptions, NatsConnection } from "@nats-io/nats-core";
import type { BusError } from "./bus-error.ts";
import { defaultServer } from "./bus-settings.ts";
import type { BusCredentials } from "../identity/credentials.ts";
import { portableSigner } from "../identity/portable-signer.ts";
import type { SenderCredentials } from "../identity/request-sender.ts";
import { signerOf, userJwt, userSeed } from "./credential-text.ts";
import { connectProblem } from "./connect-problem.ts";
import type { Dialled } from "./dialled.ts";
import { parseServer, type ServerUrl, withoutUser } from "./server-url.ts";

/** Which server, as whom. */
export interface ServerOptions {
  /** `nats://`, `tls://`, `ws://` or `wss://` with host and port; default `nats://127.0.0.1:4222`. All of one kind. */
  readonly servers?: string | readonly string[];
  /** Shown by the server's monitoring; default `muster-library`. */
  readonly name?: string;
  /** The text of a credentials file. */
  readonly credentials?: string;
  /** A user's seed, `SU…`. With it, or with the seed in the credentials, prompts are signed (§13). */
  readonly nkeySeed?: string;
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  /** As the NATS client takes it; Node and Bun only. */
  readonly tls?: ConnectionOptions["tls"];
  /** First tokens of this program's reply subjects; default `_INBOX`. */
  readonly inboxPrefix?: string;
}

/** One attempt to connect, to `gossiped` servers of the same cluster too. Never rejects: what went wrong is the answer. */
export async function dialServers(options: ServerOptions, gossiped: readonly string[]): Promise<Dialled | BusError> {
  const servers = serversOf(options);
  const overWeb = isWeb(options);
  try {
    const { library, connectTo } = await libraryFor(overWeb);
    const connection = await connectTo({
      ...(overWeb ? { servers: [...servers] } : tcpServers(servers, gossiped)),
      name: options.name ?? "muster-library",
      authenticator: authenticators(library, options, overWeb ? undefined : servers.map(parseServer).find(hasUser)),
      ...(options.tls === undefined ? {} : { tls: options.tls }),
      ...(options.inboxPrefix === undefined ? {} : { inboxPrefix: options.inboxPrefix }),
      reconnect: false,
      timeout: 10_000,
      pingInterval: 15_000,
      maxPingOut: 2,
      noAsyncTraces: true,
    });
    const credentials = overWeb ? {} : await credentialsOf(options);
    return { connection, library, inboxPrefix: options.inboxPrefix ?? "_INBOX", credentials };
  } catch (cause) {
    return connectProblem(cause, servers.map(withoutUser));
  }
}

/** Whether the servers are reached over WebSocket. */
export function isWeb(options: ServerOptions): boolean {
  return serversOf(options).some((server) => /^wss?:/i.test(server));
}

function serversOf({ servers = defaultServer }: ServerOptions): readonly string[] {
  return typeof servers === "string" ? [servers] : servers;
}

/** What prompts are signed with. */
async function credentialsOf(options: ServerOptions): Promise<BusCredentials> {
  const { jwt, seed } = secretsOf(options);
  return {
    ...(jwt === undefined ? {} : { jwt }),
    ...(seed === undefined ? {} : { signer: await signerOf(seed, "the options") }),
  };
}

/** The same for where there is no crypto of Node. */
export async function portableCredentials(options: ServerOptions): Promise<SenderCredentials> {
  const { jwt, seed } = secretsOf(options);
  return {
    ...(jwt === undefined ? {} : { jwt }),
    ...(seed === undefined ? {} : { signer: await portableSigner(seed) }),
  };
}

function secretsOf({ credentials, nkeySeed }: ServerOptions): { readonly jwt?: string; readonly seed?: string } {
  const jwt = credentials === undefined ? undefined : userJwt(credentials);
  const seed = nkeySeed ?? (credentials === undefined ? undefined : userSeed(credentials));
  return { ...(jwt === undefined ? {} : { jwt }), ...(seed === undefined ? {} : { seed }) };
}

function tcpServers(servers: readonly string[], gossiped: readonly string[]): ConnectionOptions {
  const urls = servers.map(parseServer);
  const configured = urls.map(({ server }) => server);
  const all = [...configured, ...gossiped.filter((server) => !configured.includes(server))];
  return { servers: all, ...(urls.some(({ isTls }) => isTls) ? { tls: {} } : {}) };
}

function hasUser({ user }: ServerUrl): boolean {
  return user !== undefined;
}

interface NatsLibrary {
  readonly library: typeof Nats;
  readonly connectTo: (options: ConnectionOptions) => Promise<NatsConnection>;
}

/** A browser never loads what speaks TCP. */
async function libraryFor(overWeb: boolean): Promise<NatsLibrary> {
  if (overWeb) {
    const library = await import("@nats-io/nats-core");
    return { library, connectTo: library.wsconnect };
  }
  const library = await import("@nats-io/transport-node");
  return { library, connectTo: library.connect };
}

function authenticators(library: typeof Nats, options: ServerOptions, inUrl: ServerUrl | undefined): Authenticator[] {
  const { credentials, nkeySeed, token, user = inUrl?.user, password = inUrl?.password ?? "" } = options;
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  return [
    ...(credentials === undefined ? [] : [library.credsAuthenticator(encode(credentials))]),
    ...(nkeySeed === undefined ? [] : [library.nkeyAuthenticator(encode(nkeySeed))]),
    ...(token === undefined ? [] : [library.tokenAuthenticator(token)]),
    ...(user === undefined ? [] : [library.usernamePasswordAuthenticator(user, password)]),
  ];
}
