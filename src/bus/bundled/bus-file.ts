// `bus.json` in the state directory: where the bundled server listens and which process it is, for our commands and for the next start.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { replaceSmallFile } from "../../host/replace-small-file.ts";
import { isRunning, type ProcessIdentity } from "../../host/process-identity.ts";

export interface BusFile {
  /** As a NATS client takes it. */
  readonly url: string;
  readonly server: ProcessIdentity;
  /** The callers' key, where the server wants one. */
  readonly nkeyFile?: string;
}

/** Readable by its user only. Throws where there is no room. Not flushed: after a power cut no process that it names runs. */
export function writeBusFile(stateDirectory: string, content: BusFile): void {
  replaceSmallFile(busFilePath(stateDirectory), `${JSON.stringify(content)}\n`);
}

/** What was written last; undefined when there is nothing, or nothing that makes sense. */
export function readBusFile(stateDirectory: string): BusFile | undefined {
  try {
    return parseBusFile(JSON.parse(readFileSync(busFilePath(stateDirectory), "utf8")));
  } catch {
    return undefined;
  }
}

/** Says that none runs. The file stays: its place is what the next start has on a full disk. */
export function clearBusFile(stateDirectory: string): void {
  if (existsSync(busFilePath(stateDirectory))) replaceSmallFile(busFilePath(stateDirectory), "{}\n");
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
