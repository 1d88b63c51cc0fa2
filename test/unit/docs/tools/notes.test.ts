import { expect, test } from "bun:test";
import { runDocCalls } from "../../../support/run-doc-calls.ts";
import { scratchFolder } from "../../../support/scratch-folder.ts";

test("docs/tools/notes.md: its manifest checks clean, and its calls do what it shows", async () => {
  expect(await runDocCalls("tools/notes.md", { stateDirectory: scratchFolder() })).toBe(5);
});
