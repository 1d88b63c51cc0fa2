// The Bun that npm installed: in its platform's own package, also where install scripts were not allowed to run.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Path of the first that runs here, or undefined. */
export function findBun(root, platform = process.platform, arch = process.arch) {
  return candidates(platform, arch)
    .map((path) => join(root, "node_modules", path))
    .find((path) => existsSync(path) && spawnSync(path, ["--version"], { windowsHide: true }).status === 0);
}

/** Paths below `node_modules`, the likeliest first. */
export function candidates(platform, arch) {
  const system = platform === "win32" ? "windows" : platform;
  const machine = arch === "arm64" ? "aarch64" : arch;
  const file = platform === "win32" ? "bun.exe" : "bun";
  const packages = ["", "-musl", "-baseline", "-musl-baseline"].map((kind) => `bun-${system}-${machine}${kind}`);
  return [...packages.map((name) => join("@oven", name, "bin", file)), join("bun", "bin", "bun.exe")];
}
