// Rules between the keys of `callers`: lists that cannot do what they seem to say.

import { quoted } from "./describe-value.ts";
import type { FileScope } from "./file-scope.ts";
import { asRaw, type Raw } from "./parsed-file.ts";
import type { Path } from "./yaml-tree.ts";

/** `agent`: its keys as they are written; `path`: where it stands. */
export function checkCallers(agent: Raw, path: Path, scope: FileScope): void {
  const callers = asRaw(agent["callers"]);
  const { trust } = callers;
  const [allow, deny, approve] = [listOf(callers["allow"]), listOf(callers["deny"]), listOf(callers["approve"])];
  const denied = new Set(deny.map(userOf));
  const allowed = new Set(allow.map(userOf));
  for (const [index, name] of approve.entries()) {
    const place = [...path, "callers", "approve", index];
    if (denied.has(userOf(name))) scope.problem(place, `Found ${quoted(name)} also in deny, accepted in one of them`);
    else if (allow.length > 0 && !allowed.has(userOf(name)))
      scope.warning(
        place,
        `Found ${quoted(name)} beside an allow without it: who cannot prompt the agent is not asked`,
      );
  }
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

/** An agent ID is an account, a dot, and the user. */
function userOf(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
