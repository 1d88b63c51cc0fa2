// That an entry says whom it means, once.

import type { FileScope } from "../file-scope.ts";
import type { Raw } from "../parsed-file.ts";
import { asRaw } from "../parsed-file.ts";
import type { Path } from "../yaml-tree.ts";

/** `key`: that of the exact address. */
export function checkTarget(tool: Raw, key: "address" | "to", path: Path, scope: FileScope): void {
  const filters = Object.keys(asRaw(tool["match"])).length;
  if (tool[key] !== undefined && tool["match"] !== undefined)
    scope.problem([...path, "match"], `Found match beside ${key}, accepted one of both`);
  else if (tool[key] === undefined && filters === 0)
    scope.keyProblem(path, `Found no agent that is meant, accepted ${key}, or match with one filter at least`);
}
