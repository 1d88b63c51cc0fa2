// One start of the bundled nats-server: from its program to a server that answers.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startChild, type ChildProcess } from "../host/child-process.ts";
import { processIdentity } from "../host/process-identity.ts";
import type { Logger } from "../telemetry/log.ts";
import { bundledConfigText, type BundledConfig } from "./bundled-config.ts";
import { BundledServerError } from "./bundled-error.ts";
import { bundledEvent, parseBundledLog } from "./bundled-log.ts";
import { writeBusFile } from "./bus-file.ts";
import { probeServer } from "./probe-server.ts";

export interface LaunchOptions {
  readonly program: string;
  readonly host: string;
  readonly port: number;
  readonly serverName: string;
  readonly maxStoreBytes: number;
  readonly stateDirectory: string;
  readonly log: Logger;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
}

export interface LaunchedServer {
  readonly child: ChildProcess;
  readonly port: number;
  readonly url: string;
}

/** Long, for the recovery of a large store on slow storage. */
const readyTimeoutMs = 60_000;
const stopGraceMs = 5_000;

/** Resolves when the server answers. Throws `BundledServerError`, or the signal's reason, with nothing left running. */
export async function launchBundled(options: LaunchOptions): Promise<LaunchedServer> {
  options.signal.throwIfAborted();
  const configFile = writeConfig(options);
  const start = Promise.withResolvers<number>();
  const seen = { port: options.port, isPortTaken: false };
  const onLine = (line: string): void => {
    const { level, text } = parseBundledLog(line);
    options.log[level](text);
    const event = bundledEvent(text);
    if (event?.type === "listening") seen.port = event.port;
    if (event?.type === "port-taken") seen.isPortTaken = true;
    if (event?.type === "ready") start.resolve(seen.port);
  };
  const child = startChild({ argv: [options.program, "-c", configFile], onLine });
  note(options, child.pid, "");
  try {
    const readyPort = await untilReady(child, start.promise, options.signal);
    const url = serverUrl(options.host, readyPort);
    await checkAnswer(options, readyPort);
    note(options, child.pid, url);
    return { child, port: readyPort, url };
  } catch (error) {
    await child.stop(stopGraceMs);
    throw seen.isPortTaken ? await portTaken(options, error) : error;
  }
}

function writeConfig(options: LaunchOptions): string {
  const storeDirectory = join(options.stateDirectory, "nats");
  mkdirSync(storeDirectory, { recursive: true, mode: 0o700 });
  const config: BundledConfig = { ...options, storeDirectory };
  const path = join(storeDirectory, "nats-server.conf");
  writeFileSync(path, bundledConfigText(config), { mode: 0o600 });
  return path;
}

/** Written before the server is ready too: if we are killed now, the next start must find it. */
function note({ stateDirectory }: LaunchOptions, pid: number, url: string): void {
  const server = processIdentity(pid);
  if (server !== undefined) writeBusFile(stateDirectory, { url, server });
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
  const info = await probeServer(options.host, port, 5_000);
  if (info?.serverName === options.serverName) return;
  throw new BundledServerError("not-ready", `The bundled NATS server does not answer on ${options.host}:${port}`);
}

async function portTaken(options: LaunchOptions, cause: unknown): Promise<BundledServerError> {
  const info = await probeServer(options.host, options.port, 1_000);
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

function serverUrl(host: string, port: number): string {
  return `nats://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
