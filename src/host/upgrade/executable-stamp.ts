// Which version an executable is, and for which machine, read from the file: it may be of another machine and can't be asked.

import { open } from "node:fs/promises";
import { UpgradeError } from "./upgrade-error.ts";

export interface ExecutableStamp {
  readonly version: string;
  readonly commit: string;
  readonly target: string;
  /** The format of the state directory that it reads and writes; an older one it brings forward. */
  readonly stateFormat: number;
}

const pieceBytes = 4 * 1024 * 1024;
/** Longer than any stamp: what is kept of a piece so that none is cut in two. */
const overlapBytes = 256;
const pattern = /muster-build:([\w.-]{1,64}):([\w.-]{1,64}):([\w.-]{1,64}):(\d{1,9});/g;

/** What the build writes into an executable. */
export function executableStampText({ version, commit, target, stateFormat }: ExecutableStamp): string {
  return `muster-build:${version}:${commit}:${target}:${stateFormat};`;
}

/** Throws an `UpgradeError` where the file has no stamp, or several that differ. */
export async function executableStamp(path: string): Promise<ExecutableStamp> {
  const found = await stampsIn(path);
  const [stamp] = found.values();
  if (stamp === undefined) throw new UpgradeError(`Not an executable of Muster, or an old one: "${path}"`);
  if (found.size > 1) throw new UpgradeError(`Found several versions in "${path}": ${[...found.keys()].join(", ")}`);
  return stamp;
}

async function stampsIn(path: string): Promise<ReadonlyMap<string, ExecutableStamp>> {
  const found = new Map<string, ExecutableStamp>();
  const file = await open(path, "r");
  try {
    const buffer = Buffer.alloc(overlapBytes + pieceBytes);
    for (let kept = 0; ;) {
      const { bytesRead } = await file.read(buffer, kept, pieceBytes);
      if (bytesRead === 0) return found;
      const filled = kept + bytesRead;
      for (const [text, version, commit, target, format] of buffer.toString("latin1", 0, filled).matchAll(pattern)) {
        if (version !== undefined && commit !== undefined && target !== undefined) {
          found.set(text, { version, commit, target, stateFormat: Number(format) });
        }
      }
      kept = Math.min(overlapBytes, filled);
      buffer.copyWithin(0, filled - kept, filled);
    }
  } finally {
    await file.close();
  }
}
