// Everything below a folder, within bounds: names in order, links not followed.

import { lstatSync, opendirSync, type Stats } from "node:fs";
import { ToolError } from "../contract.ts";
import type { HeldFolder } from "./held-folder.ts";
import { isSystemError } from "./file-failure.ts";

export interface Entry {
  readonly folder: HeldFolder;
  readonly name: string;
  readonly stat: Stats;
  /** Relative to where the walk began. */
  readonly path: string;
}

const maxDepth = 32;
/** Of one folder; a larger one is shown as far as that. */
const maxNames = 10_000;

/** Each folder before what is in it. What may not be read, or went away, is left out. Folders are held only while the walk goes on. */
export function* entriesBelow(folder: HeldFolder, isRecursive: boolean, prefix = "", depth = 0): Generator<Entry> {
  for (const name of namesIn(folder)) {
    const stat = quietly(() => lstatSync(folder.at(name), { throwIfNoEntry: false }));
    if (stat === undefined) continue;
    const path = `${prefix}${name}`;
    yield { folder, name, stat, path };
    if (!isRecursive || !stat.isDirectory() || depth >= maxDepth) continue;
    const child = quietly(() => folder.child(name));
    if (child === undefined) continue;
    try {
      yield* entriesBelow(child, true, `${path}/`, depth + 1);
    } finally {
      child.close();
    }
  }
}

function namesIn(folder: HeldFolder): readonly string[] {
  const listing = opendirSync(folder.at("."));
  const names: string[] = [];
  try {
    for (let entry = listing.readSync(); entry !== null && names.length < maxNames; entry = listing.readSync())
      names.push(entry.name);
  } finally {
    listing.closeSync();
  }
  return names.sort();
}

/** Undefined for what the system refuses: other files are not worse for it. */
function quietly<Value>(look: () => Value): Value | undefined {
  try {
    return look();
  } catch (error) {
    if (isSystemError(error) || error instanceof ToolError) return undefined;
    throw error;
  }
}
