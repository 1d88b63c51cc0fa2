// Whether a tool is given nothing that it may do.

import type { Raw } from "../parsed-file.ts";

/** True when `allow` and `ask` are left out or empty; of what is no list at all the schema tells. */
export function hasNoRules(tool: Raw): boolean {
  return [tool["allow"], tool["ask"]].every((list) => list === undefined || (Array.isArray(list) && list.length === 0));
}
