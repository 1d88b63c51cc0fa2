// Whether a file is left out by a pattern of `exclude`.

import { filePattern } from "../../manifest/knowledge/file-pattern.ts";

/** `patterns`: absolute; one without a pattern's characters is a file, or a folder with all below it. */
export function isExcluded(path: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const { base, rest } = filePattern(pattern);
    if (rest === "") return path === base || path.startsWith(`${base}/`);
    return path.startsWith(`${base}/`) && new Bun.Glob(rest).match(path.slice(base.length + 1));
  });
}
