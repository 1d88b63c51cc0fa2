// The executables of the binary tests: this machine's, and linux-arm64's where it can run here.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { dist, root } from "../paths.ts";
import { runCommand } from "../run-command.ts";
import { executableName, hostTarget, targetNamed } from "../target/target.ts";

export const hostExecutable = join(dist, executableName(hostTarget()));
export const arm64Executable = join(dist, executableName(targetNamed("linux-arm64")));

/** Why linux-arm64 can't run here, or undefined. */
export function missingForArm64(): string | undefined {
  if (process.platform !== "linux") return "it runs on Linux only";
  if (process.arch === "arm64") return undefined;
  if (!existsSync("/lib/ld-linux-aarch64.so.1")) return "libc6:arm64 is not installed";
  const registration = "/proc/sys/fs/binfmt_misc/qemu-aarch64";
  if (!existsSync(registration)) return "qemu is not registered for it with the kernel (binfmt_misc)";
  return /^flags: .*F/m.test(readFileSync(registration, "utf8")) ? undefined : "qemu's registration lacks flag F";
}

/** Builds them from the source as it is. */
export async function buildExecutables(say: (line: string) => void): Promise<void> {
  const targets = [hostTarget(), ...(missingForArm64() === undefined ? [targetNamed("linux-arm64")] : [])];
  const names = targets.flatMap((target) => ["--target", target.name]);
  say(`Building ${targets.map((target) => target.name).join(" and ")}`);
  await runCommand([process.execPath, join(root, "build", "build.ts"), ...names], { cwd: root });
}
