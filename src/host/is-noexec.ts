// Whether a file system lets nothing be run from it, nor loaded as code.

import { readFileSync } from "node:fs";

/** Of the file system that holds an absolute path; false where the system does not tell. */
export function isNoexec(path: string): boolean {
  try {
    return isNoexecIn(readFileSync("/proc/self/mountinfo", "utf8"), path);
  } catch {
    return false; // No Linux, or no /proc.
  }
}

/** `mountinfo`: as Linux writes it. Of mounts over each other the last counts. Pure. */
export function isNoexecIn(mountinfo: string, path: string): boolean {
  let best = { length: -1, isNoexec: false };
  for (const line of mountinfo.split("\n")) {
    const [, , , , place, options] = line.split(" ");
    if (place === undefined || options === undefined) continue;
    const folder = place.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
    const holds = path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);
    if (holds && folder.length >= best.length)
      best = { length: folder.length, isNoexec: options.split(",").includes("noexec") };
  }
  return best.isNoexec;
}
