// Where a bus client finds its NATS server: what the user says, else the manifest, else the bundled server of a runtime on this machine.

import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { type BusFile, runningBus } from "../bus/bundled/bus-file.ts";
import { runtimeKeyFile } from "../bus/bundled/bundled-keys.ts";
import { runtimeInboxPrefix } from "../bus/bundled/bundled-users.ts";
import type { BusSettings } from "../bus/connection/bus-settings.ts";
import { chooseStateDirectory, isClosedToUs, StateDirectoryError } from "../host/state-directory.ts";
import { stateFolder } from "../host/systemd-unit.ts";
import { serviceVariables } from "../host/unit-reach.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { readLastGood } from "../runtime/last-good.ts";
import { CommandError, usageError } from "./command-error.ts";
import { defaultManifestFiles } from "./manifest-file.ts";
import { returningBus } from "./returning-bus.ts";
import { silentLog } from "./silent-log.ts";

export interface ServerChoice {
  readonly server?: string | undefined;
  readonly context?: string | undefined;
  readonly file?: string | undefined;
  readonly state?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  /** To change what is kept there, by the rights of the runtime itself, where its key is at hand. */
  readonly asOperator?: boolean;
}

export interface FoundServer {
  readonly settings: BusSettings;
  /** Which server, and by whose word, for messages. */
  readonly said: string;
  /** What to do when the server refuses the credentials. */
  readonly whenRefused?: string;
  /** The state directory of the runtime whose server it is; absent: it is no runtime's of this machine, as far as is known. */
  readonly stateDirectory?: string;
}

const lastResort = "nats://127.0.0.1:4222";

/** Throws a `CommandError` when the choices contradict, or the manifest cannot be read and no runtime of it is known. */
export async function findServer(choice: ServerChoice): Promise<FoundServer> {
  if (choice.server !== undefined && choice.context !== undefined) {
    throw usageError("--server and --context both name a server; give one of them");
  }
  if (choice.server !== undefined) return byUrls(choice.server, "--server");
  if (choice.context !== undefined) {
    return { settings: { servers: [], context: choice.context }, said: `context "${choice.context}"` };
  }
  const fromEnvironment = choice.environment["NATS_URL"] ?? "";
  if (fromEnvironment !== "") return byUrls(fromEnvironment, "NATS_URL");
  const file = choice.file ?? defaultManifestFiles(choice.folder).find((path) => existsSync(path));
  if (file !== undefined) return byManifest(file, choice);
  return (await bundledServer(choice)) ?? byUrl(lastResort, choice);
}

function byUrls(text: string, source: string): FoundServer {
  const servers = text
    .split(",")
    .map((server) => server.trim())
    .filter((server) => server !== "");
  if (servers.length === 0) throw usageError(`${source} names no server`);
  return { settings: { servers }, said: servers.map(withoutPassword).join(", ") };
}

/** A server on this machine of which nothing is known but its address. */
function byUrl(url: string, choice: ServerChoice): FoundServer {
  const closed = stateDirectories(choice).find(isClosedToUs);
  const whenRefused = closed === undefined ? {} : { whenRefused: keyElsewhere(closed) };
  return { settings: { servers: [url] }, said: url, ...whenRefused };
}

function keyElsewhere(stateDirectory: string): string {
  return `Its address and key are in "${stateDirectory}", which this user may not read: run the command with sudo, or get a copy of the key (docs/auth.md)`;
}

async function byManifest(file: string, choice: ServerChoice): Promise<FoundServer> {
  const nats = await natsOfManifest(file, choice);
  if ("problem" in nats) {
    // A runtime that serves what it last could is reached as long as it runs.
    const running = await bundledServer(choice);
    if (running !== undefined) return running;
    throw nats.problem;
  }
  if (nats.mode !== "external") {
    return (await bundledServer(choice)) ?? byUrl(embeddedUrl(nats.embedded, file, choice), choice);
  }
  const said = nats.context === undefined ? nats.servers.map(withoutPassword).join(", ") : `context "${nats.context}"`;
  return { settings: nats, said };
}

/** Of a manifest with problems, by its last good form, as its runtime has it. */
async function natsOfManifest(
  file: string,
  choice: ServerChoice,
): Promise<Manifest["nats"] | { readonly problem: CommandError }> {
  const { loadManifest } = await import("../manifest/load.ts");
  const path = file.startsWith("/") ? file : join(choice.folder, file);
  const { manifest, problems } = await loadManifest({
    file: path,
    variables: serviceVariables(path, choice.environment),
    hostName: hostname(),
    lastGood: new Map(stateDirectories(choice).flatMap((directory) => [...readLastGood(directory, silentLog)])),
  });
  if (manifest !== undefined) return manifest.nats;
  const [first] = problems;
  const why = problems.length === 1 && first !== undefined ? first.message : `${problems.length} problems`;
  const problem = new CommandError(
    `Cannot tell the NATS server from "${file}": ${why}. See "muster check -f ${file}", or name the server with --server URL`,
  );
  return { problem };
}

/** Where the manifest has it, though no state directory that this user may read knows of a running one. */
function embeddedUrl(embedded: Manifest["nats"]["embedded"], file: string, choice: ServerChoice): string {
  const closed = stateDirectories(choice).find(isClosedToUs);
  if (closed !== undefined && (embedded.auth === "nkey" || embedded.port === 0)) {
    throw new CommandError(
      `Cannot find out how to reach the bundled NATS server of "${file}". ${keyElsewhere(closed)}`,
    );
  }
  if (embedded.port === 0) {
    throw new CommandError(
      `"${file}" gives the bundled NATS server a free port, and no runtime is found in the state directory. Start it with "muster run", or name its state directory with --state DIR`,
    );
  }
  const host = embedded.host === "0.0.0.0" || embedded.host === "::" ? "127.0.0.1" : embedded.host;
  return `nats://${host.includes(":") ? `[${host}]` : host}:${embedded.port}`;
}

/** The bundled server of a runtime that runs on this machine, with the callers' key where it wants one; undefined when none runs or comes. */
async function bundledServer(choice: ServerChoice): Promise<FoundServer | undefined> {
  for (const directory of stateDirectories(choice)) {
    const bus = runningBus(directory) ?? (await returningBus(directory));
    if (bus === undefined) continue;
    return { settings: { servers: [bus.url], ...identityAt(bus, choice) }, said: bus.url, stateDirectory: directory };
  }
  return undefined;
}

/** Who may read the callers' key in the state directory may read the runtime's beside it. */
function identityAt(
  { nkeyFile }: Pick<BusFile, "nkeyFile">,
  { asOperator = false }: ServerChoice,
): Pick<BusSettings, "nkeyFile" | "inboxPrefix"> {
  if (nkeyFile === undefined) return {};
  return asOperator
    ? { nkeyFile: runtimeKeyFile(nkeyFile), inboxPrefix: runtimeInboxPrefix("operator") }
    : { nkeyFile };
}

/** The one that is named, or else the user's own and the one of the machine's service. */
function stateDirectories({ state, environment }: ServerChoice): readonly string[] {
  const isNamed = state !== undefined || (environment["STATE_DIRECTORY"] ?? "") !== "";
  const system = isNamed || process.platform === "win32" ? [] : [stateFolder];
  try {
    return [chooseStateDirectory({ flag: state, environment }), ...system];
  } catch (error) {
    if (error instanceof StateDirectoryError) return system;
    throw error;
  }
}

function withoutPassword(server: string): string {
  return server.replace(/\/\/[^@/]*@/, "//");
}
