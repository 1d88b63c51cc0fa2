// Rules between the keys of `callers`: lists that cannot do what they seem to say.

import { quoted } from "./describe-value.ts";
import type { FileScope } from "./file-scope.ts";
import { asRaw, type Raw } from "./parsed-file.ts";
import type { Path } from "./yaml-tree.ts";

/** `agent`: its keys as they are written; `path`: where it stands. */
export function checkCallers(agent: Raw, path: Path, scope: FileScope): void {
  const callers = asRaw(agent["callers"]);
  const { trust } = callers;
  const [allow, deny] = [listOf(callers["allow"]), listOf(callers["deny"])];
  for (const [index, name] of deny.entries()) {
    if (!allow.includes(name)) continue;
    scope.problem([...path, "callers", "deny", index], `Found ${quoted(name)} also in allow, accepted in one of them`);
  }
  if (trust === "any" && allow.length > 0) {
    scope.warning(
      [...path, "callers", "trust"],
      'Found "any" beside allow, which only callers that sign can be on: it is as "signed"',
    );
  }
  if (trust !== "signed" && allow.length === 0 && deny.length > 0) {
    scope.warning(
      [...path, "callers", "deny"],
      "Found deny without trust: signed: who is denied can still come without a signature",
    );
  }
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
