// Rules for the key `skills` of an agent, and for what its folders hold.

import type { FileScope } from "../file-scope.ts";
import { asRaw, type Raw } from "../parsed-file.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Path } from "../yaml-tree.ts";
import { skillToolName } from "./config.ts";
import { readSkills } from "./read-skills.ts";

/** `agent`: its keys, with folders as absolute paths; `path`: where it stands. */
export function checkSkills(agent: Raw, path: Path, scope: FileScope, surroundings: Surroundings): void {
  const folders = foldersOf(agent["skills"]);
  if (folders.length === 0) return;
  const { problems, warnings } = readSkills(folders, surroundings);
  const place = (index: number) => [...path, "skills", ...(Array.isArray(agent["skills"]) ? [index] : [])];
  for (const { index, message } of problems) scope.absent(place(index), message);
  for (const { index, message } of warnings) scope.warning(place(index), message);
}

/** `layers`: the agent's own keys first, then defaults by precedence. */
export function checkSkillToolName(layers: readonly Raw[], path: Path, scope: FileScope): void {
  if (!layers.some((layer) => "skills" in layer)) return;
  const tools = asRaw(layers.find((layer) => "tools" in layer)?.["tools"]);
  if (skillToolName in tools)
    scope.keyProblem(
      [...path, "tools", skillToolName],
      `Found "${skillToolName}", which is the tool for the agent's skills; accepted another name`,
    );
}

function foldersOf(written: unknown): readonly string[] {
  const list = Array.isArray(written) ? written : [written];
  return list.filter((folder) => typeof folder === "string");
}
