// Whether a folder that the manifest names is there and for the runtime to use.

import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { type Finding, problem } from "./finding.ts";
import { mayPass, mayRead, mayUse, mayWrite } from "./may-use.ts";
import { type RuntimeUser, unitProblem } from "./runtime-user.ts";

export interface FolderNeed {
  /** Absolute. */
  readonly path: string;
  readonly writes: boolean;
  /** It is made where it is missing. */
  readonly isMade?: boolean;
}

/** Undefined: it is as it should be. Never rejects. */
export async function folderProblem(
  { path, writes, isMade = false }: FolderNeed,
  who: RuntimeUser,
): Promise<Finding | undefined> {
  const name = who.user === undefined ? "This user" : `The service's user "${who.user.name}"`;
  const there = isMade ? nearestThere(path) : path;
  if (!existsSync(there)) return problem(`There is no folder "${path}"`, `Make it: mkdir -p "${path}"`);
  if (!isFolder(there)) return problem(`"${there}" is no folder`, "Name a folder in the manifest");
  if (!(await mayUse(there, mayPass | mayRead, who.user)))
    return problem(`${name} may not look into "${there}"`, `Give it r and x there, and x on the folders above`);
  if (writes && !(await mayUse(there, mayWrite | mayPass, who.user)))
    return problem(`${name} may not write to "${there}"`, `Give it w there, such as by its group`);
  const kept = unitProblem(path, writes, who);
  return kept === undefined ? undefined : problem(kept.text, kept.remedy);
}

function nearestThere(path: string): string {
  let folder = path;
  while (!existsSync(folder) && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false; // Gone in between, or not for us to see.
  }
}
