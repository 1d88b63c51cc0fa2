// The text of each manifest file when it last had no problem, kept in the state directory: a restart with a broken file serves what it
// served before.

import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, writeWhole } from "../host/write-whole.ts";
import type { CheckedSource } from "../manifest/check-manifest.ts";
import type { Logger } from "../telemetry/log.ts";

const folderName = "last-good";

interface Entry {
  readonly path: string;
  readonly text: string;
}

/** Texts by absolute path. What cannot be read is logged and left out: it is as if it had never been kept. */
export function readLastGood(stateDirectory: string, log: Logger): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const folder = join(stateDirectory, folderName);
  for (const name of listEntries(folder)) {
    const entry = readEntry(join(folder, name));
    if (entry === undefined) log.warn("Last good manifest cannot be read", { file: join(folder, name) });
    else texts.set(entry.path, entry.text);
  }
  return texts;
}

/** Keeps the text of each good file and forgets files that are gone. Writes nothing that is kept already. A failure is logged; false then. */
export function keepLastGood(
  stateDirectory: string,
  files: readonly CheckedSource[],
  known: ReadonlyMap<string, string>,
  log: Logger,
): boolean {
  const folder = join(stateDirectory, folderName);
  try {
    const wanted = new Set(files.map(({ source }) => source.path));
    for (const path of known.keys()) if (!wanted.has(path)) rmSync(join(folder, entryName(path)), { force: true });
    for (const { source, state } of files) {
      if (state !== "good" || known.get(source.path) === source.text) continue;
      makeFolder(folder);
      const entry: Entry = { path: source.path, text: source.text };
      // For this user only: a manifest may hold secrets.
      writeWhole(join(folder, entryName(source.path)), JSON.stringify(entry));
    }
    return true;
  } catch (error) {
    log.warn("Last good manifest cannot be kept: a restart with a broken file would not start its agents", { error });
    return false;
  }
}

function listEntries(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".json"));
  } catch {
    return []; // Nothing was kept yet.
  }
}

function readEntry(file: string): Entry | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return isEntry(value) ? value : undefined;
  } catch {
    return undefined; // Half written, or not ours: the caller logs it.
  }
}

function entryName(path: string): string {
  return `${new Bun.CryptoHasher("sha256").update(path).digest("hex").slice(0, 32)}.json`;
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== "object" || value === null) return false;
  return "path" in value && typeof value.path === "string" && "text" in value && typeof value.text === "string";
}
