// `bus.json` in the state directory: where the bundled server listens and which process it is, for our commands and for the next start.

import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { temporaryName } from "../../host/write-whole.ts";
import { isRunning, type ProcessIdentity } from "../../host/process-identity.ts";

export interface BusFile {
  /** As a NATS client takes it. */
  readonly url: string;
  readonly server: ProcessIdentity;
  /** The callers' key, where the server wants one. */
  readonly nkeyFile?: string;
}

/** Writes it whole or not at all, readable by its user only. Not flushed: after a power cut no process that it names runs. */
export function writeBusFile(stateDirectory: string, content: BusFile): void {
  const path = busFilePath(stateDirectory);
  const temporary = join(dirname(path), temporaryName(path));
  writeFileSync(temporary, `${JSON.stringify(content)}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}

/** What was written last; undefined when there is nothing, or nothing that makes sense. */
export function readBusFile(stateDirectory: string): BusFile | undefined {
  try {
    return parseBusFile(JSON.parse(readFileSync(busFilePath(stateDirectory), "utf8")));
  } catch {
    return undefined;
  }
}

export function removeBusFile(stateDirectory: string): void {
  rmSync(busFilePath(stateDirectory), { force: true });
}

/** The bundled server that runs for this state directory; undefined when none does. */
export function runningBus(stateDirectory: string): BusFile | undefined {
  const file = readBusFile(stateDirectory);
  return file !== undefined && file.url !== "" && isRunning(file.server) ? file : undefined;
}

function busFilePath(stateDirectory: string): string {
  return join(stateDirectory, "bus.json");
}

function parseBusFile(value: unknown): BusFile | undefined {
  if (!isRecord(value) || typeof value["url"] !== "string" || !isRecord(value["server"])) return undefined;
  const { pid, startedAt } = value["server"];
  if (typeof pid !== "number" || typeof startedAt !== "string") return undefined;
  const nkeyFile = value["nkeyFile"];
  return { url: value["url"], server: { pid, startedAt }, ...(typeof nkeyFile === "string" ? { nkeyFile } : {}) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
