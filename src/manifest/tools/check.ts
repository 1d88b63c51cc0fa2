// Rules between the keys of `tools`, and between them and the rest of the manifest.

import type { FileScope } from "../file-scope.ts";
import { asRaw, type Raw } from "../parsed-file.ts";
import type { Path } from "../yaml-tree.ts";

/** More than these make prompts that small models get lost in, and fill their contexts. */
const manyTools = 32;

/** `agent`: its keys as they are written; `path`: where it stands. */
export function checkTools(agent: Raw, path: Path, scope: FileScope): void {
  const tools = asRaw(agent["tools"]);
  const count = Object.keys(tools).length;
  if (count > manyTools)
    scope.warning([...path, "tools"], `Found ${count} tools, more than the ${manyTools} that models handle well`);
}
