// Is there a file for a pattern? Looks a moment only: a check must not wait for a large disk.

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const maxEntries = 5_000;
const maxDepth = 24;

/** Whether `base` is a file, or a folder with one below whose path from there is wanted; undefined: there is too much to look through. Never throws. */
export function findsFile(base: string, isWanted: (relative: string) => boolean): boolean | undefined {
  const kind = kindOf(base);
  if (kind !== "folder") return kind === "file";
  const look = { left: maxEntries, isWanted };
  const below = anyBelow(base, "", 0, look);
  return below || look.left > 0 ? below : undefined;
}

interface Look {
  left: number;
  readonly isWanted: (relative: string) => boolean;
}

function anyBelow(base: string, folder: string, depth: number, look: Look): boolean {
  if (depth > maxDepth) return false;
  const folders: string[] = [];
  for (const entry of entriesOf(join(base, folder))) {
    if (look.left-- <= 0) return false;
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) folders.push(path);
    else if (look.isWanted(path)) return true;
  }
  return folders.some((path) => anyBelow(base, path, depth + 1, look));
}

function kindOf(path: string): "file" | "folder" | "none" {
  try {
    const found = statSync(path);
    if (found.isDirectory()) return "folder";
    return found.isFile() ? "file" : "none";
  } catch {
    return "none"; // It is not there, or may not be looked at.
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // What cannot be listed holds nothing for us; the index says so later.
  }
}
