// Is there room for what the runtime stores?

import { statfs } from "node:fs/promises";
import type { Check } from "./check.ts";
import { nearest } from "./check-state-directory.ts";
import { type Finding, ok, problem, warning } from "./finding.ts";
import { readableSize } from "./readable-size.ts";

export interface DiskSpace {
  readonly freeBytes: number;
  readonly totalBytes: number;
  readonly freeFiles: number;
  /** 0: the file system does not count them. */
  readonly totalFiles: number;
}

const megabyte = 1024 ** 2;
/** Less holds neither the bundled server's files nor a step of an upgrade. */
const leastBytes = 100 * megabyte;
const tightBytes = 500 * megabyte;
const leastFiles = 100;
const tightFiles = 1_000;

export function checkDisk(directory: string, space: (path: string) => Promise<DiskSpace> = diskSpace): Check {
  return {
    name: "disk",
    deadlineMs: 10_000,
    examine: async () => diskFindings(directory, await space(await nearest(directory))),
  };
}

function diskFindings(directory: string, space: DiskSpace): readonly Finding[] {
  const { freeBytes, totalBytes } = space;
  const facts = { freeBytes, totalBytes };
  const text = `${readableSize(freeBytes)} of ${readableSize(totalBytes)} free where "${directory}" is`;
  const remedy =
    'Free space there: see "du -xh --max-depth=2 / | sort -h", "journalctl --vacuum-size=100M", "apt clean"';
  const bytes = freeBytes < leastBytes ? problem : freeBytes < tightBytes ? warning : undefined;
  return [bytes === undefined ? ok(text, facts) : bytes(text, remedy, facts), ...fileFindings(space)];
}

function fileFindings({ freeFiles, totalFiles }: DiskSpace): Finding[] {
  if (totalFiles === 0 || freeFiles >= tightFiles) return [];
  return [
    (freeFiles < leastFiles ? problem : warning)(
      `Only ${freeFiles} more files fit on that disk (inodes)`,
      'Remove folders with many small files: "df -i" and "du -x --inodes --max-depth=2 / | sort -n"',
      { freeFiles, totalFiles },
    ),
  ];
}

/** What is free for users, not for root alone. */
async function diskSpace(path: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize, ffree, files } = await statfs(path);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize, freeFiles: ffree, totalFiles: files };
}
