// The nats-server that comes inside the executable: started on loopback, supervised, never twice on one store, ended after us and never left behind.

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { carriedPart } from "../../host/carried-parts.ts";
import { extractPart } from "../../host/extract-part.ts";
import { ProcessHold } from "../../host/hold-process.ts";
import { endProcess } from "../../host/process-identity.ts";
import type { EmbeddedConfig, ProgramConfig } from "../../manifest/manifest.ts";
import type { Logger } from "../../telemetry/log.ts";
import { BundledServerError } from "./bundled-error.ts";
import { BundledCallers, type CallerChange } from "./bundled-callers.ts";
import type { BundledKeys, NamedKey } from "./bundled-keys.ts";
import { runtimeInboxPrefix } from "./bundled-users.ts";
import { type NamedSubjects, noNamedSubjects } from "../identity/named-subjects.ts";
import { readBusFile, clearBusFile } from "./bus-file.ts";
import type { BusSettings } from "../connection/bus-settings.ts";
import { HubKeeper } from "./hub-keeper.ts";
import { bundledFolder, launchBundled, type LaunchedServer, type LaunchOptions } from "./launch-bundled.ts";
import { supervise } from "./supervise-bundled.ts";
import { writeNatsContext } from "./write-nats-context.ts";

export interface BundledServerOptions {
  readonly config: EmbeddedConfig;
  /** A name that no other machine of the hub has: JetStream's domain there. */
  readonly owner: string;
  /** Made, and locked by the caller. */
  readonly stateDirectory: string;
  readonly log: Logger;
  readonly maxStoreBytes?: number;
  /** False: it starts without JetStream, as on a full disk. */
  readonly isStoring?: boolean;
  /** What the runtime's own user may do beside what it needs, where the server wants keys; default: nothing. */
  readonly named?: NamedSubjects;
  /** The server could not write for want of room. */
  readonly onFullDisk?: () => void;
  /** The server ended though nobody asked; it is being started again. */
  readonly onDown?: (reason: string) => void;
  /** It answers again, on the same URL. */
  readonly onUp?: () => void;
  /** Where the user's NATS contexts are; default: as the NATS command line has it. */
  readonly configFolder?: string;
}

export type BundledCredentials = Pick<BusSettings, "nkeyFile" | "inboxPrefix">;

export interface BundledServer {
  /** For a NATS client; the same over restarts. */
  readonly url: string;
  /** Pid of the server that runs now, or ran last. */
  pid(): number;
  restarts(): number;
  /** Turns JetStream off or on, without clients noticing where the server can reload. Never rejects. */
  setStoring(isStoring: boolean): Promise<void>;
  /** Has a further caller's key made, or removed: at once, also on the server that runs. Resolves to a key that was made. Rejects with a `BundledServerError`. */
  changeCallers(change: CallerChange): Promise<NamedKey | undefined>;
  /** Has the runtime's user be allowed other named subjects, without clients noticing where the server can reload. Never rejects. */
  allow(named: NamedSubjects): Promise<void>;
  /** Has other programs be allowed what these say, and no others anything, likewise. Never rejects. */
  usePrograms(programs: readonly ProgramConfig[]): Promise<void>;
  /** Ends a server that does not answer, by force; it is started again as after any other end. */
  restart(): void;
  /** Has it stand still, so that its store can be read as of one instant. Resolves to what has it go on; rejects where it can't be held. */
  hold(): Promise<() => void>;
  /** How the runtime is to connect: with its own key where the server wants one. */
  readonly credentials: BundledCredentials;
  /** Absent where it has no hub. */
  readonly hub?: HubKeeper;
  /** Ends it, by force after 5 s. May be called again. To be called after all clients of ours are gone. */
  stop(): Promise<void>;
}

const defaultMaxStoreBytes = 1024 ** 3;
const stopGraceMs = 5_000;
const orphanGraceMs = 2_000;

/**
 * Ends a server that an earlier runtime left in this state directory, extracts the program where needed, starts it and resolves when it
 * answers. Throws `BundledServerError`. Later ends are followed by a restart with backoff, for ever, until `stop`.
 */
export async function startBundledServer(options: BundledServerOptions): Promise<BundledServer> {
  await endOrphan(options.stateDirectory, options.log);
  const stopping = new AbortController();
  const { host, auth, hub: hubConfig } = options.config;
  const callers = await BundledCallers.open(bundledFolder(options.stateDirectory), auth, options.log);
  const { keys } = callers;
  const hub = hubConfig === undefined ? undefined : new HubKeeper(hubConfig, options.log);
  let isStoring = options.isStoring ?? true;
  let named = options.named ?? noNamedSubjects;
  let programs = options.config.programs ?? [];
  const launch = async (port: number): Promise<LaunchedServer> => {
    const program = await bundledProgram(options.stateDirectory);
    const launchOptions: LaunchOptions = {
      ...options,
      host,
      port,
      program,
      serverName: serverName(options),
      isStoring,
      named,
      programs,
      maxStoreBytes: options.maxStoreBytes ?? defaultMaxStoreBytes,
      ...(callers.keys === undefined ? {} : { keys: callers.keys }),
      signal: stopping.signal,
    };
    return hub === undefined ? launchBundled(launchOptions) : hub.launch({ ...launchOptions, domain: options.owner });
  };
  const first = await launch(options.config.port);
  if (keys !== undefined) writeNatsContext({ ...options, url: first.url, nkeyFile: keys.caller.file });
  warnOfKeyless(programs, keys, options.log);
  const holding = new ProcessHold();
  const supervised = { current: first, restarts: 0 };
  const supervision = supervise(supervised, { ...options, hub }, () => launch(first.port), stopping.signal);
  return {
    url: first.url,
    pid: () => supervised.current.child.pid,
    restarts: () => supervised.restarts,
    setStoring: async (isWanted) => {
      isStoring = isWanted;
      if (!stopping.signal.aborted) await changeRunning(supervised.current, { isStoring: isWanted }, options.log);
    },
    changeCallers: (change) =>
      callers.change(change, (changed) => changeRunning(supervised.current, { keys: changed }, options.log)),
    allow: async (wanted) => {
      named = wanted;
      if (keys !== undefined && !stopping.signal.aborted)
        await changeRunning(supervised.current, { named }, options.log);
    },
    usePrograms: async (wanted) => {
      programs = wanted;
      if (callers.keys === undefined || stopping.signal.aborted) return;
      warnOfKeyless(programs, callers.keys, options.log);
      await changeRunning(supervised.current, { programs }, options.log);
    },
    restart: () => void supervised.current.child.stop(0),
    hold: () => holding.hold(supervised.current.child.pid),
    credentials: credentialsOf(keys, options),
    ...(hub === undefined ? {} : { hub }),
    stop: async () => {
      stopping.abort(new Error("The bundled NATS server is being stopped"));
      hub?.close();
      holding.release();
      await supervised.current.child.stop(stopGraceMs);
      await supervision;
      clearBusFile(options.stateDirectory);
    },
  };
}

function warnOfKeyless(programs: readonly ProgramConfig[], keys: BundledKeys | undefined, log: Logger): void {
  for (const { name, key } of programs) {
    if (key !== undefined || keys === undefined || keys.named.some((caller) => caller.name === name)) continue;
    log.warn(
      `Nobody is the program "${name}" yet: make its key with "muster identity add ${name}", or name its own as key`,
    );
  }
}

/** A server that does not take it while it runs takes it when it is started again. */
async function changeRunning(
  server: LaunchedServer,
  change: Parameters<LaunchedServer["reload"]>[0],
  log: Logger,
): Promise<void> {
  try {
    await server.reload(change);
  } catch (error) {
    log.warn("Starting the bundled NATS server again: it does not take a change while it runs", { error });
    await server.child.stop(stopGraceMs);
  }
}

function credentialsOf(keys: BundledKeys | undefined, { config, owner }: BundledServerOptions): BundledCredentials {
  if (keys === undefined && config.hub === undefined) return {};
  return {
    ...(keys === undefined ? {} : { nkeyFile: keys.runtime.file }),
    inboxPrefix: runtimeInboxPrefix(owner),
  };
}

/** New for each start, so that the server that answers is known to be ours; the owner makes it readable at the hub. */
function serverName({ owner }: BundledServerOptions): string {
  return `muster-${owner}-${randomBytes(6).toString("hex")}`;
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
  clearBusFile(stateDirectory);
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
