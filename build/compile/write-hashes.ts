// SHA256SUMS beside the executables, as `sha256sum --check` reads it.

import { readFile, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { sha256File } from "../sha256.ts";

/** Hashes the named files of `folder`; those of an earlier build that still exist stay in the list. */
export async function writeHashes(folder: string, names: readonly string[]): Promise<void> {
  const path = join(folder, "SHA256SUMS");
  const kept = existsSync(path) ? parseHashes(await readFile(path, "utf8")) : new Map<string, string>();
  for (const name of kept.keys()) if (!existsSync(join(folder, name))) kept.delete(name);
  for (const name of names) kept.set(name, await sha256File(join(folder, name)));
  await writeFile(path, hashesText(kept));
}

export function parseHashes(text: string): Map<string, string> {
  return new Map([...text.matchAll(/^([0-9a-f]{64}) {2}(.+)$/gm)].map(([, hash = "", name = ""]) => [name, hash]));
}

export function hashesText(hashes: ReadonlyMap<string, string>): string {
  const lines = [...hashes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, hash]) => `${hash}  ${name}\n`);
  return lines.join("");
}
