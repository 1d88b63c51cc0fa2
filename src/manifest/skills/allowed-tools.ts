// The key `allowed-tools` of a SKILL.md: names of tools, parted by blanks or commas, or a list of them.

import type { FileScope } from "../file-scope.ts";
import { child, toPlain, type YamlMap } from "../yaml-tree.ts";

const maxTools = 100;
const pattern = /^[a-zA-Z0-9_*-]{1,64}$/;
const accepted = "names of tools, in which * stands for any characters, parted by blanks or commas";

/** Undefined: there is no such key, or it is a problem. */
export function allowedTools(tree: YamlMap, scope: FileScope): readonly string[] | undefined {
  const key = ["allowed-tools"];
  const found = child(tree, "allowed-tools");
  if (found === undefined) return undefined;
  const names = namesOf(toPlain(found.tree));
  if (names === undefined || names.length > maxTools) {
    scope.problem(
      key,
      `Found ${names === undefined ? "neither text nor list" : "too many"}, accepted up to ${maxTools} ${accepted}`,
    );
    return undefined;
  }
  // A rule within a tool, such as `Bash(git:*)`, is no rule of ours: it allows nothing, so that no skill may do more than it says.
  const foreign = names.filter((name) => !pattern.test(name));
  if (foreign.length > 0)
    scope.warning(key, `Found ${foreign.length} that name no tool and allow none; accepted ${accepted}`);
  return [...new Set(names.filter((name) => pattern.test(name)))];
}

function namesOf(written: unknown): readonly string[] | undefined {
  if (written === null) return [];
  if (typeof written === "string") return written.match(/(?:[^\s,()]|\([^)]*\)?)+/g) ?? [];
  if (!Array.isArray(written)) return undefined;
  const names = written.filter((name) => typeof name === "string");
  return names.length === written.length ? names.map((name) => name.trim()) : undefined;
}
