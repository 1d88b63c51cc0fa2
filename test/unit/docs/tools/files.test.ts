import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runDocCalls } from "../../../support/run-doc-calls.ts";
import { scratchFolder } from "../../../support/scratch-folder.ts";

test("docs/tools/files.md: its manifest checks clean, and its calls do what it shows", async () => {
  const scratch = scratchFolder();
  const root = join(scratch, "line3");
  mkdirSync(join(root, "logs"), { recursive: true });
  writeFileSync(join(root, "alarms.md"), "# Alarms\nE17: the guard door of press 3 is open.\n");
  writeFileSync(join(root, "logs/today.txt"), "06:02 start\n06:12 E17\n06:14 E17 cleared\n");
  const placed = (text: string) => text.replace("/var/lib/line3", root);
  expect(await runDocCalls("tools/files.md", { stateDirectory: join(scratch, "state"), placed })).toBe(5);
});
