// Which manifest a command means.

import { existsSync } from "node:fs";
import { join } from "node:path";

/** Where a manifest is looked for when none is named, in order. */
export function defaultManifestFiles(folder: string): readonly string[] {
  return [join(folder, "agents.yaml"), "/etc/muster/agents.yaml"];
}

/** The named one; else the first default that exists, named as the user would; else `agents.yaml`, so that the message is about that. */
export function manifestFile(named: string | undefined, folder: string): string {
  if (named !== undefined) return named;
  const found = defaultManifestFiles(folder).findIndex((path) => existsSync(path));
  return found === 1 ? "/etc/muster/agents.yaml" : "agents.yaml";
}
