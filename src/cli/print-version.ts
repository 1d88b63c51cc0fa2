// The line that `muster version` prints, without loading what other commands need.

import { writeSync } from "node:fs";
import { build } from "../host/build-facts.ts";

export function versionText(): string {
  return `muster ${build.version} (${build.commit}, ${build.target})\n`;
}

/** Prints it on standard output; the exit code is 1 when that can't be written. */
export function printVersion(): number {
  try {
    writeSync(1, versionText());
    return 0;
  } catch {
    return 1;
  }
}
