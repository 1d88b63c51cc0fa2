// The one pinned version of sqlite-vec, and the targets that have it.

import type { Target } from "../target/target.ts";

/** As in package.json. */
export const sqliteVecVersion = "0.1.9";

export interface SqliteVecPackage {
  /** On npm; it holds one `vec0.so`. */
  readonly name: string;
  /** Subresource integrity of its archive, as in package-lock.json. */
  readonly integrity: string;
}

const packages: Readonly<Record<string, SqliteVecPackage>> = {
  x64: {
    name: "sqlite-vec-linux-x64",
    integrity: "sha512-w3tCH8xK2finW8fQJ/m8uqKodXUZ9KAuAar2UIhz4BHILfpE0WM/MTGCRfa7RjYbrYim5Luk3guvMOGI7T7JQA==",
  },
  arm64: {
    name: "sqlite-vec-linux-arm64",
    integrity: "sha512-5wXVJ9c9kR4CHm/wVqXb/R+XUHTdpZ4nWbPHlS+gc9qQFVHs92Km4bPnCKX4rtcPMzvNis+SIzMJR1SCEwpuUw==",
  },
};

/** Undefined: none there. Those for Linux are linked against glibc, and Bun's SQLite loads no extensions on a Mac. */
export function sqliteVecPackage(target: Target): SqliteVecPackage | undefined {
  if (target.os !== "linux" || target.libc === "musl") return undefined;
  return packages[target.arch];
}
