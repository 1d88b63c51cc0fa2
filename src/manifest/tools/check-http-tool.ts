// Rules between the lists of an http tool.

import type { FileScope } from "../file-scope.ts";
import type { Raw } from "../parsed-file.ts";
import type { Path } from "../yaml-tree.ts";
import { parseHttpRule, type HttpRule } from "./http-rule.ts";
import { hasNoRules } from "./no-rules.ts";

const reading = ["GET", "HEAD"];

export function checkHttpTool(tool: Raw, path: Path, scope: FileScope): void {
  const [allow, ask] = [rulesOf(tool["allow"]), rulesOf(tool["ask"])];
  if (hasNoRules(tool))
    scope.keyProblem(path, "Found neither allow nor ask, without which nothing is ever sent; accepted one of them");
  for (const [index, rule] of allow) {
    const wide = ask.find(([, other]) => covers(other, rule));
    if (wide !== undefined)
      scope.problem(
        [...path, "allow", index],
        "Found a request that is always asked for, as ask goes before; accepted in one of them",
      );
  }
  const isSecret = typeof tool["headers"] === "object" && tool["headers"] !== null;
  if (!isSecret) return;
  for (const [list, rules] of [
    ["allow", allow],
    ["ask", ask],
  ] as const)
    for (const [index, { origin }] of rules)
      if (origin.startsWith("http:") && !/^http:\/\/(localhost|127\.[\d.]+|\[::1\])(:|$)/.test(origin))
        scope.warning([...path, list, index], `Found headers, which go to "${origin}" in plain text; better https`);
}

/** Whether a tool sends more than what only reads. */
export function sendsMoreThanReads(tool: Raw): boolean {
  return [...rulesOf(tool["allow"]), ...rulesOf(tool["ask"])].some(([, { method }]) => !reading.includes(method));
}

function covers(wide: HttpRule, narrow: HttpRule): boolean {
  const isBelow =
    narrow.path === wide.path || narrow.path.startsWith(wide.path.endsWith("/") ? wide.path : `${wide.path}/`);
  return wide.method === narrow.method && wide.origin === narrow.origin && isBelow;
}

function rulesOf(value: unknown): readonly (readonly [index: number, rule: HttpRule])[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((text: unknown, index) => {
    const rule = typeof text === "string" ? parseHttpRule(text) : { failure: "" };
    return "failure" in rule ? [] : [[index, rule] as const];
  });
}
