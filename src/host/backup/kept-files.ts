// What of a state directory a backup has: everything but what a start makes anew, and what belongs to this run of it.

import { readdirSync } from "node:fs";
import { join } from "node:path";

export interface KeptEntry {
  /** Relative to the state directory, `/` between folders. */
  readonly path: string;
  readonly isFolder: boolean;
}

/** Fetched by the manifest's `url`s: large, and had again where there is a network. */
export const modelsName = "models";
export const asidePrefix = "before-restore-";
export const incomingName = "restore.new";
export const journalName = "restore.json";

/** Of this run, or made anew by each start. The server's configuration holds the hub's password. */
const ofThisRun: ReadonlySet<string> = new Set([
  "runtime.lock",
  "runtime.lock-journal",
  "runtime.pid",
  "bus.json",
  "control.sock",
  "control.path",
  "carried",
  "knowledge",
  "nats-config",
  "nats/nats-server.conf",
  incomingName,
  journalName,
]);

/** SQLite databases: a backup has a snapshot of each, and nothing of the files that SQLite keeps beside it. */
const databases: ReadonlySet<string> = new Set([
  "budgets.db",
  "conversations/conversations.db",
  "triggers/runs.sqlite",
]);
const besideDatabase = /-(wal|shm|journal)$/;

/** Whether what is at this path must not be read as a file while its writer runs. */
export function isDatabase(path: string): boolean {
  return databases.has(path);
}

/** Folders before what is in them. What is neither file nor folder is left out; what vanishes while it is listed, too. */
export function keptEntries(directory: string, options: { readonly withModels: boolean }): KeptEntry[] {
  return below(directory, "", (path) => isKept(path) && (options.withModels || path !== modelsName));
}

/** Whether a backup has what is at this path, `path` relative to the state directory. Models aside. */
export function isKept(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const isTemporary = /^\..*\.new$/.test(name) || (path.startsWith(`${modelsName}/`) && name.endsWith(".part"));
  const isBeside = besideDatabase.test(path) && databases.has(path.replace(besideDatabase, ""));
  return !isTemporary && !isBeside && !ofThisRun.has(path) && !path.startsWith(asidePrefix);
}

function below(directory: string, folder: string, takes: (path: string) => boolean): KeptEntry[] {
  return list(join(directory, folder)).flatMap((entry): KeptEntry[] => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (!takes(path)) return [];
    if (entry.isFile()) return [{ path, isFolder: false }];
    return entry.isDirectory() ? [{ path, isFolder: true }, ...below(directory, path, takes)] : [];
  });
}

function list(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
