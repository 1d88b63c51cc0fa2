import { expect, test } from "bun:test";
import { checkDisk, type DiskSpace } from "../../../../src/runtime/doctor/check-disk.ts";
import { linesOf } from "./findings.ts";

const MB = 1024 ** 2;

function disk(space: Partial<DiskSpace>) {
  const whole = { freeBytes: 9_000 * MB, totalBytes: 10_000 * MB, freeFiles: 50_000, totalFiles: 100_000, ...space };
  return checkDisk("/", () => Promise.resolve(whole));
}

test("free space is fine, tight or too little", async () => {
  expect(await linesOf(disk({}))).toEqual(['ok: 8.8 GB of 9.8 GB free where "/" is']);
  expect(await linesOf(disk({ freeBytes: 300 * MB }))).toEqual(['warning: 300 MB of 9.8 GB free where "/" is']);
  expect(await linesOf(disk({ freeBytes: 0 }))).toEqual(['problem: 0 B of 9.8 GB free where "/" is']);
});

test("a disk with room and no inodes is a problem, one that counts none is not", async () => {
  expect((await linesOf(disk({ freeFiles: 3 })))[1]).toBe("problem: Only 3 more files fit on that disk (inodes)");
  expect(await linesOf(disk({ freeFiles: 0, totalFiles: 0 }))).toHaveLength(1);
});

test("the disk of a directory that is not made yet is that of the folder above it", async () => {
  expect((await linesOf(checkDisk("/tmp/not/there/yet")))[0]).toContain("free where");
});
