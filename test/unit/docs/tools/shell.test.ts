import { expect, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runDocCalls } from "../../../support/run-doc-calls.ts";
import { scratchFolder } from "../../../support/scratch-folder.ts";

const lineControl = `#!/bin/sh
case "$1 $2" in
  "status press3-door") echo "$2: running" ;;
  status*) echo "$2: unknown" ;;
  *) echo "log: nothing since $3"; exit 2 ;;
esac
`;

test("docs/tools/shell.md: its manifest checks clean, and its calls do what it shows", async () => {
  const scratch = scratchFolder();
  writeFileSync(join(scratch, "line-ctl"), lineControl);
  chmodSync(join(scratch, "line-ctl"), 0o755);
  const placed = (text: string) => text.replaceAll("line-ctl", join(scratch, "line-ctl"));
  const context = { folder: () => Promise.resolve(scratch) };
  expect(await runDocCalls("tools/shell.md", { stateDirectory: scratch, placed, context })).toBe(6);
});
