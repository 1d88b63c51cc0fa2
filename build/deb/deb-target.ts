// Which targets have a Debian package, and what it is called.

import type { Target } from "../target/target.ts";
import { debianVersion } from "./control.ts";

const architectures: ReadonlyMap<string, string> = new Map([
  ["linux-x64", "amd64"],
  ["linux-arm64", "arm64"],
]);

/** Debian's name of the target's architecture; undefined where there is no package. */
export function debArchitecture({ name }: Target): string | undefined {
  return architectures.get(name);
}

export function hasDeb(target: Target): boolean {
  return debArchitecture(target) !== undefined;
}

export function debName(version: string, architecture: string): string {
  return `muster_${debianVersion(version)}_${architecture}.deb`;
}
