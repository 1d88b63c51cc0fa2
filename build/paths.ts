// Where the build reads and writes.

import { join } from "node:path";

export const root = join(import.meta.dirname, "..");
/** Downloads and what is made of them; safe to delete. */
export const cache = join(root, ".cache");
export const dist = join(root, "dist");
