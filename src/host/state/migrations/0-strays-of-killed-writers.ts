// Format 0 had no mark, and its writers left one stray file for each process that was killed in the middle. From format 1 on a writer has one name
// for the file beside, so that the next one takes it away.

import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Migration } from "../migration.ts";

const strays: readonly { readonly folder: string; readonly name: RegExp }[] = [
  { folder: ".", name: /^bus\.json\.\d+$/ },
  { folder: "nats", name: /^(runtime|caller)\.nk\.\d+$/ },
  { folder: "last-good", name: /^[0-9a-f]{32}\.json\.new$/ },
  { folder: "nats-config/nats/context", name: /^muster\.json\.\d+$/ },
];

export const migration: Migration = {
  from: 0,
  does: "removes files that killed writers left behind",
  run: (directory) => {
    for (const { folder, name } of strays) {
      const path = join(directory, folder);
      for (const entry of list(path)) if (name.test(entry)) rmSync(join(path, entry), { force: true });
    }
  },
};

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
