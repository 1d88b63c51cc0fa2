// A folder of a test file, gone when its tests have ended.

import { afterAll } from "bun:test";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Absolute, without links in it. */
export function scratchFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "muster-test-")));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
