import { describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DocumentError } from "../../../../src/knowledge/documents/document.ts";
import { readDocument } from "../../../../src/knowledge/documents/read-document.ts";
import { rejection } from "../../../support/rejection.ts";
import { scratchFolder } from "../../../support/scratch-folder.ts";

const folder = scratchFolder();
const bounds = { maxBytes: 1000, signal: new AbortController().signal };

async function kindOf(path: string): Promise<unknown> {
  return readDocument(path, bounds).then(
    () => "read",
    (error: unknown) => (error instanceof DocumentError ? error.kind : error),
  );
}

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe("readDocument", () => {
  test("reads each format by its own reader", async () => {
    const read = async (name: string, content: string) => (await readDocument(file(name, content), bounds)).sections;
    expect(await read("a.md", "# One\na")).toEqual([{ headings: ["One"], line: 1, text: "a" }]);
    expect(await read("a.html", "<h1>One</h1>a")).toEqual([{ headings: ["One"], text: "a" }]);
    expect(await read("a.txt", "# One\na")).toEqual([{ headings: [], line: 1, text: "# One\na", isVerbatim: true }]);
    expect(await read("empty.txt", " \n")).toEqual([]);
  });

  test("follows a link to a file", async () => {
    symlinkSync(file("target.txt", "text"), join(folder, "link.txt"));
    expect(await kindOf(join(folder, "link.txt"))).toBe("read");
  });

  test("says what it cannot read: nothing there, no file, too large, no text", async () => {
    mkdirSync(join(folder, "sub.md"));
    Bun.spawnSync(["mkfifo", join(folder, "pipe.md")]);
    expect(await kindOf(join(folder, "none.md"))).toBe("missing");
    expect(await kindOf(join(folder, "sub.md"))).toBe("unreadable");
    expect(await kindOf(join(folder, "pipe.md"))).toBe("unreadable");
    expect(await kindOf("/dev/zero")).toBe("unreadable");
    expect(await kindOf(file("large.txt", "x".repeat(1001)))).toBe("too-large");
    expect(await kindOf(file("whole.txt", "x".repeat(1000)))).toBe("read");
    expect(await kindOf(file("binary.txt", "\0".repeat(100)))).toBe("binary");
  });

  test("does nothing once its signal has fired", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    expect(await rejection(readDocument(file("b.txt", "x"), { ...bounds, signal }))).toBe("enough");
  });
});
