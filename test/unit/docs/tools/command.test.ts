import { expect, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runDocCalls } from "../../../support/run-doc-calls.ts";
import { scratchFolder } from "../../../support/scratch-folder.ts";

test("docs/tools/command.md: its manifest checks clean, and its calls do what it shows", async () => {
  const scratch = scratchFolder();
  writeFileSync(join(scratch, "line-ctl"), '#!/bin/sh\necho "$*"\n');
  chmodSync(join(scratch, "line-ctl"), 0o755);
  const placed = (text: string) => text.replaceAll("line-ctl", join(scratch, "line-ctl"));
  const context = { folder: () => Promise.resolve(scratch) };
  expect(await runDocCalls("tools/command.md", { stateDirectory: scratch, placed, context })).toBe(3);
});
