// The one pinned version of the model engine, and the targets that have it.

import type { Target } from "../target/target.ts";

/** Of node-llama-cpp and its platform packages, as in package.json beside this file. */
export const engineVersion = "3.22.1";
/** Of llama.cpp inside the platform packages. */
export const llamaCppVersion = "0.5.0";

/** The npm package with a target's native files; undefined: no engine there. They are linked against glibc. */
export function enginePlatform(target: Target): string | undefined {
  if (target.os !== "linux" || target.libc === "musl") return undefined;
  return `linux-${target.arch}`;
}
