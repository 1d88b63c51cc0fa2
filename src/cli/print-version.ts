// The line that `muster version` prints, without loading what other commands need.

import { writeSync } from "node:fs";
import { build } from "../host/build-facts.ts";

export function versionText(): string {
  return `muster ${build.version} (${build.commit}, ${build.target})\n`;
}

/** Exit code 0, or 1 when standard output can't be written. */
export function run(): Promise<number> {
  try {
    writeSync(1, versionText());
    return Promise.resolve(0);
  } catch {
    return Promise.resolve(1);
  }
}
