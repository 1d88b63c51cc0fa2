// The nats-server that comes inside the executable: started on loopback, supervised, never twice on one store, ended after us and never left behind.

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { backoff } from "../host/backoff.ts";
import { carriedPart } from "../host/carried-parts.ts";
import { extractPart } from "../host/extract-part.ts";
import { endProcess } from "../host/process-identity.ts";
import type { Logger } from "../telemetry/log.ts";
import { BundledServerError } from "./bundled-error.ts";
import { readBusFile, removeBusFile } from "./bus-file.ts";
import { launchBundled, type LaunchedServer } from "./launch-bundled.ts";

export interface BundledServerOptions {
  readonly config: { readonly host: string; readonly port: number };
  /** Made, and locked by the caller. */
  readonly stateDirectory: string;
  readonly log: Logger;
  readonly maxStoreBytes?: number;
  /** The server ended though nobody asked; it is being started again. */
  readonly onDown?: (reason: string) => void;
  /** It answers again, on the same URL. */
  readonly onUp?: () => void;
}

export interface BundledServer {
  /** For a NATS client; the same over restarts. */
  readonly url: string;
  /** Pid of the server that runs now, or ran last. */
  pid(): number;
  restarts(): number;
  /** Ends a server that does not answer, by force; it is started again as after any other end. */
  restart(): void;
  /** Ends it, by force after 5 s. May be called again. To be called after all clients of ours are gone. */
  stop(): Promise<void>;
}

const defaultMaxStoreBytes = 1024 ** 3;
const stopGraceMs = 5_000;
const orphanGraceMs = 2_000;
const stableMs = 30_000;

/**
 * Ends a server that an earlier runtime left in this state directory, extracts the program where needed, starts it and resolves when it
 * answers. Throws `BundledServerError`. Later ends are followed by a restart with backoff, for ever, until `stop`.
 */
export async function startBundledServer(options: BundledServerOptions): Promise<BundledServer> {
  await endOrphan(options.stateDirectory, options.log);
  const stopping = new AbortController();
  const launch = async (port: number): Promise<LaunchedServer> =>
    launchBundled({
      ...options,
      ...options.config,
      port,
      program: await bundledProgram(options.stateDirectory),
      serverName: `muster-${randomBytes(6).toString("hex")}`,
      maxStoreBytes: options.maxStoreBytes ?? defaultMaxStoreBytes,
      signal: stopping.signal,
    });
  const first = await launch(options.config.port);
  const supervised = { current: first, restarts: 0 };
  const supervision = supervise(supervised, options, () => launch(first.port), stopping.signal);
  return {
    url: first.url,
    pid: () => supervised.current.child.pid,
    restarts: () => supervised.restarts,
    restart: () => void supervised.current.child.stop(0),
    stop: async () => {
      stopping.abort(new Error("The bundled NATS server is being stopped"));
      await supervised.current.child.stop(stopGraceMs);
      await supervision;
      removeBusFile(options.stateDirectory);
    },
  };
}

/** Ends the server that a killed runtime left running, so that no two share a store. Call with the state directory locked. */
export async function endOrphan(stateDirectory: string, log: Logger): Promise<void> {
  const left = readBusFile(stateDirectory);
  if (left === undefined) return;
  if (!(await endProcess(left.server, orphanGraceMs))) {
    throw new BundledServerError(
      "ended",
      `Cannot end the NATS server that was left running: end process ${left.server.pid} yourself`,
    );
  }
  log.debug("No NATS server is left from an earlier run", { pid: left.server.pid });
  removeBusFile(stateDirectory);
}

async function bundledProgram(stateDirectory: string): Promise<string> {
  const part = carriedPart("nats-server");
  if (part === undefined) {
    throw new BundledServerError(
      "not-carried",
      'This executable carries no NATS server: use one of your own with "nats.mode: external" and "nats.servers"',
    );
  }
  try {
    const folder = await extractPart(part, stateDirectory);
    return join(folder, part.files[0]?.path ?? "nats-server");
  } catch (cause) {
    throw new BundledServerError("not-extracted", cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

async function supervise(
  supervised: { current: LaunchedServer; restarts: number },
  options: BundledServerOptions,
  launch: () => Promise<LaunchedServer>,
  signal: AbortSignal,
): Promise<void> {
  const pause = backoff(100, 10_000);
  const isStopping = (): boolean => signal.aborted;
  for (;;) {
    const upSince = performance.now();
    const end = await supervised.current.child.ended;
    if (isStopping()) return;
    const reason = `nats-server ended with ${end.signal ?? `code ${end.code ?? 0}`}`;
    options.log.warn(`${reason}; starting it again`, { last: end.tail.split("\n").at(-1) });
    options.onDown?.(reason);
    if (performance.now() - upSince > stableMs) pause.reset();
    const next = await relaunch(launch, options.log, () => pause.next(), signal);
    if (next === undefined) return;
    supervised.current = next;
    supervised.restarts += 1;
    if (isStopping()) {
      await next.child.stop(stopGraceMs);
      return;
    }
    options.log.info("The bundled NATS server answers again", { url: next.url });
    options.onUp?.();
  }
}

/** Tries until it works; undefined when `signal` fires. */
async function relaunch(
  launch: () => Promise<LaunchedServer>,
  log: Logger,
  nextPauseMs: () => number,
  signal: AbortSignal,
): Promise<LaunchedServer | undefined> {
  for (;;) {
    try {
      await delay(nextPauseMs(), undefined, { signal });
      return await launch();
    } catch (error) {
      if (signal.aborted) return undefined;
      log.error(error instanceof Error ? error.message : String(error));
    }
  }
}
