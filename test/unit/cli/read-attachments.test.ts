import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readAttachments } from "../../../src/cli/read-attachments.ts";
import { rejection } from "../../support/rejection.ts";

test("a file is attached under its name, byte for byte, relative to the folder", async () => {
  const folder = mkdtempSync(join(tmpdir(), "muster-attach-"));
  try {
    writeFileSync(
      join(folder, "all.bin"),
      Uint8Array.from({ length: 256 }, (_, byte) => byte),
    );
    writeFileSync(join(folder, "empty.txt"), "");
    const [all, empty] = await readAttachments(["all.bin", "empty.txt"], folder);
    expect(all?.filename).toBe("all.bin");
    expect([...(all?.data ?? [])]).toEqual(Array.from({ length: 256 }, (_, byte) => byte));
    expect(empty?.data.length).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a device without an end is refused, not read into memory", async () => {
  expect(await rejection(readAttachments(["/dev/zero"], "/"))).toBe(
    'Cannot attach "/dev/zero": it has more than 67108864 bytes',
  );
});

test("what is missing or no file is named", async () => {
  expect(await rejection(readAttachments(["missing.txt"], "/"))).toBe('Cannot attach "missing.txt": no such file');
  expect(await rejection(readAttachments(["/tmp"], "/"))).toBe('Cannot attach "/tmp": it is a folder');
});
