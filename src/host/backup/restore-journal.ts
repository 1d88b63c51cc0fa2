// Puts an unpacked state in the place of the present one, so that a crash at any instant leaves the old or the new: what is to be moved is
// written down first, and whoever opens the directory next finishes what was begun.

import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { StateDirectoryError } from "../state-directory.ts";
import { makeFolder, syncFolder, writeWhole } from "../write-whole.ts";
import { asidePrefix, incomingName, isKept, journalName, modelsName } from "./kept-files.ts";

interface Journal {
  /** Names in the state directory that go to `aside`. */
  readonly outgoing: readonly string[];
  /** Names in `restore.new` that take their places. */
  readonly incoming: readonly string[];
  /** Name of the folder, in the state directory, that keeps what was there. */
  readonly aside: string;
}

/** Names of what a restore would put aside. Models stay unless others come. */
export function outgoingNames(directory: string, hasModels: boolean): string[] {
  return readdirSync(directory).filter((name) => isKept(name) && (hasModels || name !== modelsName));
}

/** To be called with the directory's lock held and all of `restore.new` on disk. Returns the absolute folder of what was there; undefined: nothing was. */
export function exchange(directory: string, now: Date): string | undefined {
  const incoming = readdirSync(join(directory, incomingName));
  const outgoing = outgoingNames(directory, incoming.includes(modelsName));
  const aside = `${asidePrefix}${now.toISOString().replaceAll(/[:.]/g, "-")}`;
  const journal: Journal = { outgoing, incoming, aside };
  writeWhole(join(directory, journalName), JSON.stringify(journal));
  carryOut(directory, journal);
  return outgoing.length === 0 ? undefined : join(directory, aside);
}

/** Finishes a restore that was broken off after its decision, and clears away one that was broken off before. With the directory's lock held. */
export function finishRestore(directory: string): void {
  const path = join(directory, journalName);
  if (existsSync(path)) carryOut(directory, readJournal(path));
  else if (existsSync(join(directory, incomingName))) rmSync(join(directory, incomingName), { recursive: true });
}

/** May find any part of it done. */
function carryOut(directory: string, { outgoing, incoming, aside }: Journal): void {
  const asideFolder = join(directory, aside);
  const incomingFolder = join(directory, incomingName);
  if (outgoing.length > 0) makeFolder(asideFolder);
  for (const name of outgoing)
    if (!existsSync(join(asideFolder, name))) move(join(directory, name), join(asideFolder, name));
  if (outgoing.length > 0) syncFolder(asideFolder);
  syncFolder(directory);
  for (const name of incoming) move(join(incomingFolder, name), join(directory, name));
  syncFolder(directory);
  rmSync(incomingFolder, { recursive: true, force: true });
  rmSync(join(directory, journalName));
  syncFolder(directory);
}

/** What is not there was moved before. */
function move(from: string, to: string): void {
  if (existsSync(from)) renameSync(from, to);
}

function readJournal(path: string): Journal {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (isJournal(value)) return value;
  } catch (cause) {
    throw new StateDirectoryError(`Cannot finish the restore that "${path}" describes: ${String(cause)}`, { cause });
  }
  throw new StateDirectoryError(`Cannot finish the restore that "${path}" describes: it is of another version`);
}

function isJournal(value: unknown): value is Journal {
  if (typeof value !== "object" || value === null) return false;
  if (!("outgoing" in value) || !("incoming" in value) || !("aside" in value)) return false;
  return isNames(value.outgoing) && isNames(value.incoming) && isNames([value.aside]);
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === "string" && name !== "" && !name.includes("/"));
}
