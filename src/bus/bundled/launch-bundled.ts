// One start of the bundled nats-server: from its program to a server that answers.

import { join } from "node:path";
import { startChild, type ChildProcess } from "../../host/child-process.ts";
import { replaceSmallFile } from "../../host/replace-small-file.ts";
import { processIdentity } from "../../host/process-identity.ts";
import { makeFolder } from "../../host/write-whole.ts";
import type { ProgramConfig } from "../../manifest/manifest.ts";
import type { Logger } from "../../telemetry/log.ts";
import { bundledConfigText, type BundledConfig } from "./bundled-config.ts";
import { BundledServerError } from "./bundled-error.ts";
import type { NamedSubjects } from "../identity/named-subjects.ts";
import type { BundledKeys } from "./bundled-keys.ts";
import type { BundledUsers, ProgramRights } from "./bundled-users.ts";
import { bundledEvent, parseBundledLog } from "./bundled-log.ts";
import { writeBusFile } from "./bus-file.ts";
import { type HubEvent, hubEvent } from "./hub-log.ts";
import { probeServer } from "./probe-server.ts";

export interface LaunchOptions {
  readonly program: string;
  readonly host: string;
  readonly port: number;
  readonly serverName: string;
  readonly maxStoreBytes: number;
  readonly stateDirectory: string;
  /** Absent: anybody may do anything. */
  readonly keys?: BundledKeys;
  /** What the runtime's user may do beside what it needs, on a server with keys. */
  readonly named: NamedSubjects;
  /** What other programs may do on it; one without a key is the caller of its name, and nobody until there is one. */
  readonly programs?: readonly ProgramConfig[];
  /** JetStream's domain. */
  readonly domain?: string;
  /** Lines of configuration about the hub. */
  readonly hub?: readonly string[];
  /** False: JetStream is off. */
  readonly isStoring: boolean;
  /** The server could not write for want of room. */
  readonly onFullDisk?: () => void;
  readonly onHub?: (event: HubEvent) => void;
  readonly log: Logger;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
}

export interface LaunchedServer {
  readonly child: ChildProcess;
  readonly port: number;
  readonly url: string;
  /** Has it take other settings, without its clients noticing. Rejects when it does not. */
  reload(change: Partial<Pick<LaunchOptions, "hub" | "isStoring" | "keys" | "named" | "programs">>): Promise<void>;
}

/** Long, for the recovery of a large store on slow storage. */
const readyTimeoutMs = 60_000;
const stopGraceMs = 5_000;
const reloadMs = 5_000;

/** Resolves when the server answers. Throws `BundledServerError`, or the signal's reason, with nothing left running. */
export async function launchBundled(options: LaunchOptions): Promise<LaunchedServer> {
  options.signal.throwIfAborted();
  const configFile = writeConfig(options);
  const start = Promise.withResolvers<number>();
  const seen: Seen = { port: options.port, isPortTaken: false };
  const onLine = (line: string): void => {
    const { level, text } = parseBundledLog(line);
    const ofHub = hubEvent(text);
    if (/no space left on device|disk quota exceeded/.test(text)) options.onFullDisk?.();
    if (ofHub !== undefined) options.onHub?.(ofHub);
    // The link to the hub is told of once per change, not once per attempt.
    options.log[ofHub === undefined ? level : "debug"](text);
    const event = bundledEvent(text);
    if (event?.type === "listening") seen.port = event.port;
    if (event?.type === "port-taken") seen.isPortTaken = true;
    if (event?.type === "ready") start.resolve(seen.port);
    if (event?.type === "reloaded") seen.reload?.resolve(event.problem);
  };
  const child = startChild({ argv: [options.program, "-c", configFile], onLine });
  note(options, child.pid, "");
  try {
    const readyPort = await untilReady(child, start.promise, options.signal);
    const url = serverUrl(options.host, readyPort);
    await checkAnswer(options, readyPort);
    note(options, child.pid, url);
    return { child, port: readyPort, url, reload: reloader(options, child, seen) };
  } catch (error) {
    await child.stop(stopGraceMs);
    throw seen.isPortTaken ? await portTaken(options, error) : error;
  }
}

/** What the server's lines have told so far. */
interface Seen {
  port: number;
  isPortTaken: boolean;
  /** Resolves to what was wrong with a reload, if anything. */
  reload?: PromiseWithResolvers<string | undefined>;
}

/** Where the bundled server keeps what is its own; made here. */
export function bundledFolder(stateDirectory: string): string {
  const folder = join(stateDirectory, "nats");
  makeFolder(folder);
  return folder;
}

function writeConfig(options: LaunchOptions): string {
  const { keys, named, programs = [] } = options;
  const storeDirectory = bundledFolder(options.stateDirectory);
  const users = keys === undefined ? {} : { users: usersOf(keys, named, programs) };
  const config: BundledConfig = { ...options, storeDirectory, ...users };
  const path = join(storeDirectory, "nats-server.conf");
  replaceSmallFile(path, bundledConfigText(config));
  return path;
}

function usersOf(
  { runtime, caller, named: callers }: BundledKeys,
  named: NamedSubjects,
  programs: readonly ProgramConfig[],
): BundledUsers {
  const rights = programs.flatMap(({ name, key, publish, subscribe }): readonly ProgramRights[] => {
    const nkey = key ?? callers.find((one) => one.name === name)?.publicKey;
    return nkey === undefined ? [] : [{ nkey, publish, subscribe }];
  });
  const publicKeys = [caller, ...callers].map(({ publicKey }) => publicKey);
  return { runtime: runtime.publicKey, callers: publicKeys, named, programs: rights };
}

/** One reload after the other, each with what those before it changed. */
function reloader(options: LaunchOptions, child: ChildProcess, seen: Seen): LaunchedServer["reload"] {
  let current = options;
  let last: Promise<unknown> = Promise.resolve();
  return (change) => {
    const next = last.then(() => reload((current = { ...current, ...change }), child, seen));
    last = next.catch(() => undefined);
    return next;
  };
}

async function reload(options: LaunchOptions, child: ChildProcess, seen: Seen): Promise<void> {
  if (process.platform === "win32") throw new BundledServerError("not-ready", "nats-server takes no signal here");
  writeConfig(options);
  const reloaded = Promise.withResolvers<string | undefined>();
  seen.reload = reloaded;
  const timer = setTimeout(() => reloaded.resolve(`no answer in ${reloadMs / 1000} s`), reloadMs);
  try {
    process.kill(child.pid, "SIGHUP");
    const problem = await reloaded.promise;
    if (problem === undefined) return;
    throw new BundledServerError("not-ready", `nats-server did not take its new configuration: ${problem}`);
  } finally {
    clearTimeout(timer);
  }
}

/** Written before the server is ready too: if we are killed now, the next start must find it. It serves without, too. */
function note({ stateDirectory, keys, log }: LaunchOptions, pid: number, url: string): void {
  const server = processIdentity(pid);
  if (server === undefined) return;
  try {
    writeBusFile(stateDirectory, { url, server, ...(keys === undefined ? {} : { nkeyFile: keys.caller.file }) });
  } catch (error) {
    log.warn("Cannot write where the NATS server is: our commands may not find it", { error });
  }
}

async function untilReady(child: ChildProcess, ready: Promise<number>, signal: AbortSignal): Promise<number> {
  const abort = Promise.withResolvers<never>();
  const onAbort = (): void => abort.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  const timer = setTimeout(() => {
    abort.reject(
      new BundledServerError("not-ready", `The bundled NATS server was not ready in ${readyTimeoutMs / 1000} s`),
    );
  }, readyTimeoutMs);
  try {
    return await Promise.race([ready, abort.promise, failWhenEnded(child)]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

async function failWhenEnded(child: ChildProcess): Promise<never> {
  const { code, signal, tail } = await child.ended;
  const how = signal === undefined ? `code ${code ?? 0}` : `signal ${signal}`;
  throw new BundledServerError("ended", `The bundled NATS server ended with ${how} before it was ready: ${tail}`);
}

/** The port must answer, and it must be our server that does. */
async function checkAnswer(options: LaunchOptions, port: number): Promise<void> {
  const info = await probeServer(reachableHost(options.host), port, 5_000);
  if (info?.serverName === options.serverName) return;
  throw new BundledServerError("not-ready", `The bundled NATS server does not answer on ${options.host}:${port}`);
}

async function portTaken(options: LaunchOptions, cause: unknown): Promise<BundledServerError> {
  const info = await probeServer(reachableHost(options.host), options.port, 1_000);
  const holder =
    info === undefined ? "another program" : `another NATS server ("${info.serverName}", version ${info.version})`;
  const way = info === undefined ? "" : ', use that server with "nats.mode: external" and "nats.servers"';
  return new BundledServerError(
    "port-taken",
    `Cannot start the bundled NATS server on ${options.host}:${options.port}: ${holder} has the port. ` +
      `Stop it${way}, or set nats.embedded.port to another (0: a free one)`,
    { cause },
  );
}

function serverUrl(listenHost: string, port: number): string {
  const host = reachableHost(listenHost);
  return `nats://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Where this machine reaches a server that listens on all its addresses. */
function reachableHost(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  return host === "::" ? "::1" : host;
}
