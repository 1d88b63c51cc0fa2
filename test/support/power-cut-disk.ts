// A disk that can lose its power. Two file systems, one in a file of the other: what the inner one has not written is lost with the machine's
// memory, and what it has written and not flushed is lost with the disk's own cache, which the outer one plays.

import { dlopen, FFIType, ptr } from "bun:ffi";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "./run-program.ts";
import { until } from "./until.ts";

const innerMegabytes = 160;
const outerMegabytes = 224;

export interface PowerCutDisk {
  /** Its files. The same after each cut. */
  readonly path: string;
  /** From here on nothing reaches the disk, and nothing is flushed any more. At once: end the machine's processes in the same breath. */
  cut(): void;
  /** The disk as it is found when the power is back. Resolves when nobody has its files open any more and it is mounted again. */
  restore(): Promise<void>;
  /** May be called in any state. */
  dispose(): Promise<void>;
}

export function powerCutDiskMissing(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "it needs root on Linux";
  const missing = ["mkfs.ext4", "losetup", "mount", "umount", "fallocate"].find(
    (program) => Bun.which(program) === null,
  );
  return missing === undefined ? undefined : `it needs ${missing}`;
}

export async function makePowerCutDisk(): Promise<PowerCutDisk> {
  const folder = await mkdtemp(join(tmpdir(), "muster-disk-"));
  const [outer, inner] = [join(folder, "outer"), join(folder, "inner")];
  const [outerImage, innerImage] = [join(folder, "outer.img"), join(outer, "inner.img")];
  mkdirSync(outer);
  mkdirSync(inner);
  const mountBoth = async (): Promise<void> => {
    await run("mount", "-o", "loop", outerImage, outer);
    await run("mount", "-o", "loop", innerImage, inner);
  };
  const unmountBoth = async (): Promise<void> => {
    await unmount(inner);
    await unmount(outer);
  };
  const disk: PowerCutDisk = {
    path: inner,
    cut: () => {
      shutDown(outer);
      shutDown(inner);
    },
    restore: async () => {
      await unmountBoth();
      await mountBoth();
    },
    dispose: async () => {
      await unmountBoth();
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await run("truncate", "-s", `${outerMegabytes}M`, outerImage);
    await run("mkfs.ext4", "-q", outerImage);
    await run("mount", "-o", "loop", outerImage, outer);
    await run("fallocate", "-l", `${innerMegabytes}M`, innerImage);
    await run("mkfs.ext4", "-q", innerImage);
    await run("mount", "-o", "loop", innerImage, inner);
    await run("sync", "-f", outer);
    return disk;
  } catch (error) {
    await disk.dispose();
    throw error;
  }
}

/** The file system does nothing any more, not even write its journal: as the tests of file systems do it. */
function shutDown(folder: string): void {
  const shutdownRequest = 0x8004587dn;
  const withoutJournal = 2;
  const library = dlopen("libc.so.6", {
    ioctl: { args: [FFIType.i32, FFIType.u64, FFIType.ptr], returns: FFIType.i32 },
  });
  const descriptor = openSync(folder, "r");
  try {
    const how = new Uint32Array([withoutJournal]);
    if (library.symbols.ioctl(descriptor, shutdownRequest, ptr(how)) !== 0)
      throw new Error(`Cannot shut down "${folder}"`);
  } finally {
    closeSync(descriptor);
    library.close();
  }
}

async function unmount(folder: string): Promise<void> {
  await until(`nobody to use ${folder}`, async () => {
    if ((await runProgram(["mountpoint", "-q", folder])).code !== 0) return true;
    return (await runProgram(["umount", folder])).code === 0;
  });
}

async function run(...argv: string[]): Promise<void> {
  const { code, stderr } = await runProgram(argv);
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}: ${stderr}`);
}
