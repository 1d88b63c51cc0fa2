// Where a bus client finds its NATS server: what the user says, else the manifest, else the bundled server of a runtime on this machine.

import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { runningBusUrl } from "../bus/bus-file.ts";
import type { BusSettings } from "../bus/bus-settings.ts";
import { askedStateDirectory, StateDirectoryError } from "../host/state-directory.ts";
import { serviceVariables } from "../host/unit-reach.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { CommandError, usageError } from "./command-error.ts";
import { defaultManifestFiles } from "./manifest-file.ts";

export interface ServerChoice {
  readonly server?: string | undefined;
  readonly context?: string | undefined;
  readonly file?: string | undefined;
  readonly state?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
}

export interface FoundServer {
  readonly settings: BusSettings;
  /** Which server, and by whose word, for messages. */
  readonly said: string;
}

const lastResort = "nats://127.0.0.1:4222";

/** Throws a `CommandError` when the choices contradict or the manifest cannot be read. */
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
  return byUrl(bundledServerUrl(choice) ?? lastResort);
}

function byUrls(text: string, source: string): FoundServer {
  const servers = text
    .split(",")
    .map((server) => server.trim())
    .filter((server) => server !== "");
  if (servers.length === 0) throw usageError(`${source} names no server`);
  return { settings: { servers }, said: servers.map(withoutPassword).join(", ") };
}

function byUrl(url: string): FoundServer {
  return { settings: { servers: [url] }, said: url };
}

async function byManifest(file: string, choice: ServerChoice): Promise<FoundServer> {
  const nats = await natsOfManifest(file, choice);
  if (nats.mode !== "external") return byUrl(bundledServerUrl(choice) ?? embeddedUrl(nats.embedded, file));
  const said = nats.context === undefined ? nats.servers.map(withoutPassword).join(", ") : `context "${nats.context}"`;
  return { settings: nats, said };
}

async function natsOfManifest(file: string, choice: ServerChoice): Promise<Manifest["nats"]> {
  const { loadManifest } = await import("../manifest/load.ts");
  const path = file.startsWith("/") ? file : join(choice.folder, file);
  const { manifest, problems } = await loadManifest({
    file: path,
    variables: serviceVariables(path, choice.environment),
    hostName: hostname(),
  });
  if (manifest !== undefined) return manifest.nats;
  const [first] = problems;
  const why = problems.length === 1 && first !== undefined ? first.message : `${problems.length} problems`;
  throw new CommandError(
    `Cannot tell the NATS server from "${file}": ${why}. See "muster check -f ${file}", or name the server with --server URL`,
  );
}

function embeddedUrl(embedded: Manifest["nats"]["embedded"], file: string): string {
  if (embedded.port === 0) {
    throw new CommandError(
      `"${file}" gives the bundled NATS server a free port, and no runtime is found in the state directory. Start it with "muster run", or name its state directory with --state DIR`,
    );
  }
  const host = embedded.host === "0.0.0.0" || embedded.host === "::" ? "127.0.0.1" : embedded.host;
  return `nats://${host.includes(":") ? `[${host}]` : host}:${embedded.port}`;
}

/** URL of the bundled server that a runtime of this state directory started; undefined when none runs. */
function bundledServerUrl(choice: ServerChoice): string | undefined {
  try {
    return runningBusUrl(askedStateDirectory({ flag: choice.state, environment: choice.environment }));
  } catch (error) {
    if (error instanceof StateDirectoryError) return undefined;
    throw error;
  }
}

function withoutPassword(server: string): string {
  return server.replace(/\/\/[^@/]*@/, "//");
}
