// A rename that a power cut does not take back.

import { rename } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolder } from "../write-whole.ts";

/** Renames, and has it on the disk when it returns. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  syncFolder(dirname(to));
}
