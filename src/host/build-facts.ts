// What the build wrote into this executable about itself.

declare const MUSTER_VERSION: string | undefined;
declare const MUSTER_COMMIT: string | undefined;
declare const MUSTER_SOURCE_TIME_S: number | undefined;
declare const MUSTER_TARGET: string | undefined;
declare const MUSTER_STAMP: string | undefined;

/** Run from source, nothing was written: the version is then `0.0.0-source`. */
export const build = {
  /** Semver. */
  version: typeof MUSTER_VERSION === "undefined" ? "0.0.0-source" : MUSTER_VERSION,
  /** The first 12 digits of the git commit, `-dirty` when the tree had changes; `source` when run from source. */
  commit: typeof MUSTER_COMMIT === "undefined" ? "source" : MUSTER_COMMIT,
  /** When its source was last changed, in s since 1970; 0 when that is not known. */
  sourceTimeS: typeof MUSTER_SOURCE_TIME_S === "undefined" ? 0 : MUSTER_SOURCE_TIME_S,
  /** Name of the build's target, such as `linux-x64`. */
  target: typeof MUSTER_TARGET === "undefined" ? `${process.platform}-${process.arch}` : MUSTER_TARGET,
  /** These and the format of the state in one text that is found in the file of the executable (upgrade/executable-stamp.ts). */
  stamp: typeof MUSTER_STAMP === "undefined" ? "" : MUSTER_STAMP,
} as const;
