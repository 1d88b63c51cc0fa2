// Which C library this machine's programs are linked with: musl has other builds of everything native.

import { existsSync } from "node:fs";

const glibcLoaders = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"];
const muslLoaders = ["/lib/ld-musl-x86_64.so.1", "/lib/ld-musl-aarch64.so.1"];

/** True where musl is and glibc is not. */
export function isMusl(exists: (path: string) => boolean = existsSync): boolean {
  return muslLoaders.some((path) => exists(path)) && !glibcLoaders.some((path) => exists(path));
}
