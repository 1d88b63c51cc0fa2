// A small disk of its own that a test can fill.

import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { mkdtemp, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "./run-program.ts";

export interface SmallDisk {
  readonly folder: string;
  /** Writes until nothing is left. */
  fill(): void;
  /** Gives back what `fill` took. */
  free(): void;
  stop(): Promise<void>;
}

/** Why none can be made here, or undefined. */
export function missingForSmallDisk(): string | undefined {
  if (process.platform !== "linux") return "it needs Linux";
  return process.getuid?.() === 0 ? undefined : "it needs root";
}

export async function mountSmallDisk(megabytes: number): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), "muster-disk-"));
  const mounted = await runProgram(["mount", "-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder]);
  if (mounted.code !== 0) throw new Error(`Cannot mount a small disk: ${mounted.stderr}`);
  const filler = join(folder, "filler");
  return {
    folder,
    fill: () => fill(filler),
    free: () => rmSync(filler, { force: true }),
    stop: async () => {
      await runProgram(["umount", "--lazy", folder]);
      await rmdir(folder);
    },
  };
}

function fill(path: string): void {
  const file = openSync(path, "a");
  try {
    for (const piece of [1024 ** 2, 4096, 1]) writeUntilFull(file, Buffer.alloc(piece, 1));
  } finally {
    closeSync(file);
  }
}

function writeUntilFull(file: number, piece: Uint8Array): void {
  for (;;) {
    try {
      writeSync(file, piece);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOSPC") return;
      throw error;
    }
  }
}
