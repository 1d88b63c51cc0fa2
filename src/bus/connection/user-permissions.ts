// What NATS permits a connection's user, as the server tells it: held against subjects that are going to be used.

import { coversSubject } from "../../protocol/subject-cover.ts";
import { filtersMeet } from "../../protocol/subject-filter.ts";

export interface UserPermissions {
  readonly publish: Rules;
  readonly subscribe: Rules;
}

/** `allow` absent: everything. */
interface Rules {
  readonly allow?: readonly string[];
  readonly deny: readonly string[];
}

/** `some`: of what the pattern stands for, a part is forbidden. */
export type Permitted = "all" | "some" | "none";

/** Reads the answer to `$SYS.REQ.USER.INFO`. Undefined when it cannot be read; one that tells of no permissions permits everything. */
export function readPermissions(text: string): UserPermissions | undefined {
  const data = recordOf(recordOf(parsed(text))["data"]);
  if (typeof data["account"] !== "string") return undefined;
  const permissions = recordOf(data["permissions"]);
  return { publish: rulesOf(permissions["publish"]), subscribe: rulesOf(permissions["subscribe"]) };
}

/** `subject` may have wildcards. */
export function permitted(subject: string, { allow, deny }: Rules): Permitted {
  if (deny.some((rule) => coversSubject(rule, subject))) return "none";
  const isNarrowed = deny.some((rule) => filtersMeet(rule, subject));
  if (allow === undefined || allow.some((rule) => coversSubject(rule, subject))) return isNarrowed ? "some" : "all";
  return allow.some((rule) => filtersMeet(rule, subject)) ? "some" : "none";
}

function rulesOf(value: unknown): Rules {
  const { allow, deny } = recordOf(value);
  const allowed = subjectsOf(allow);
  return { ...(allowed.length === 0 ? {} : { allow: allowed }), deny: subjectsOf(deny) };
}

/** A rule for one queue group counts for its subject: which group is the server's to look at. */
function subjectsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((rule: unknown) => (typeof rule === "string" ? [rule.split(" ", 1).join("")] : []));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // A SyntaxError: no answer that can be read.
  }
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}
