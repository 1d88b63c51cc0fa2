// Is the root of a `files` tool there, and may the runtime read it, and write where the tool may?

import type { FilesToolConfig } from "../../manifest/tools/config.ts";
import type { Check } from "./check.ts";
import { ok } from "./finding.ts";
import { folderProblem } from "./folder-problem.ts";
import type { RuntimeUser } from "./runtime-user.ts";

export function checkFilesTool(name: string, { root, access }: FilesToolConfig, who: RuntimeUser): Check {
  const writes = access === "write";
  return {
    name,
    deadlineMs: 10_000,
    examine: async () => [
      (await folderProblem({ path: root, writes }, who)) ??
        ok(`"${root}" can be read${writes ? " and written to" : ""}`),
    ],
  };
}
