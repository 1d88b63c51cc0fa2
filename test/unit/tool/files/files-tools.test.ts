import { beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { filesSource } from "../../../../src/tool/files/files-source.ts";
import { calledTools } from "../../../support/called-tool.ts";
import { scratchFolder } from "../../../support/scratch-folder.ts";

const scratch = scratchFolder();
const root = join(scratch, "root");
const config = { type: "files", name: "docs", root, access: "write", maxSizeBytes: 4096, maxOutputBytes: 300 } as const;
const tools = calledTools(filesSource(config, join(scratch, "state")));
const content = (path: string) => readFileSync(join(root, path), "utf8");

beforeEach(() => {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(join(root, "logs"), { recursive: true });
  writeFileSync(join(root, "a.md"), "# One\nLine 3 stopped\n");
  writeFileSync(join(root, "logs/today.txt"), Array.from({ length: 100 }, (_, i) => `entry ${i + 1}\n`).join(""));
});

test("are three that read, and two more with access: write", () => {
  const reading = filesSource({ ...config, access: "read" }, "/state").tools();
  expect(reading.map(({ name, isReadOnly }) => [name, isReadOnly])).toEqual([
    ["docs_read", true],
    ["docs_list", true],
    ["docs_search", true],
  ]);
  expect(tools.names).toEqual(["docs_read", "docs_list", "docs_search", "docs_write", "docs_edit"]);
});

describe("read", () => {
  test("gives the text as it is", async () => {
    expect(await tools.text("docs_read", { path: "a.md" })).toBe("# One\nLine 3 stopped\n");
    expect(await tools.text("docs_read", { path: join(root, "a.md") })).toBe("# One\nLine 3 stopped\n");
    expect(await tools.text("docs_read", { path: "logs/../a.md" })).toBe("# One\nLine 3 stopped\n");
  });

  test("gives a long file in parts, each with the line to read on from", async () => {
    const path = "logs/today.txt";
    const first = await tools.text("docs_read", { path });
    expect(first).toStartWith("entry 1\nentry 2\n");
    expect(first).toMatch(/\nentry 34\n\[Lines 1 to 34 of 100 of logs\/today.txt; read on with from_line 35\]$/);
    expect(await tools.text("docs_read", { path, from_line: -2 })).toBe(
      "entry 99\nentry 100\n[Lines 99 to 100 of 100 of logs/today.txt]",
    );
    expect(await tools.text("docs_read", { path, from_line: 5, lines: 1 })).toBe(
      "entry 5\n[Lines 5 to 5 of 100 of logs/today.txt; read on with from_line 6]",
    );
    expect(await tools.text("docs_read", { path, from_line: 500 })).toContain("has 100 lines");
  });

  test("cuts a line that is too long, between characters", async () => {
    writeFileSync(join(root, "long"), `x${"ü".repeat(1000)}`);
    expect(await tools.text("docs_read", { path: "long" })).toBe(
      `x${"ü".repeat(149)}\n[Line 1 of long is cut: it is too long]`,
    );
  });

  test.each([
    ["image.png", "failed", '"image.png" is no text: a binary file of 4 bytes'],
    ["latin", "failed", '"latin" is no text: a binary file of 3 bytes'],
    ["large", "limit", '"large" is larger than 4 KB, which is the most that is read'],
    ["logs", "failed", '"logs" is a folder, not a file'],
    ["no.md", "failed", 'There is no file "no.md"'],
    ["no/no.md", "failed", 'There is no folder "no"'],
    ["a.md/x", "failed", 'There is no folder "a.md": that is a file'],
  ])("says what %s is", async (path, kind, text) => {
    writeFileSync(join(root, "image.png"), Uint8Array.of(0x89, 0x50, 0, 1));
    writeFileSync(join(root, "latin"), Uint8Array.of(0x66, 0xfc, 0x72));
    writeFileSync(join(root, "large"), "x".repeat(4097));
    expect(await tools.failure("docs_read", { path })).toEqual({ kind, text });
  });

  test("says that a file is empty, and reads what the system says has no size", async () => {
    writeFileSync(join(root, "empty"), "");
    expect(await tools.text("docs_read", { path: "empty" })).toBe("[empty is empty]");
    const system = calledTools(filesSource({ ...config, root: "/proc/sys/kernel" }, "/state"));
    expect(await system.text("docs_read", { path: "ostype" })).not.toBe("[ostype is empty]");
  });
});

describe("list", () => {
  test("names folders and files with their sizes, in order", async () => {
    expect(await tools.text("docs_list")).toBe("a.md (21 bytes)\nlogs/");
    expect(await tools.text("docs_list", { recursive: true })).toBe(
      "a.md (21 bytes)\nlogs/\nlogs/today.txt (892 bytes)",
    );
    expect(await tools.text("docs_list", { path: "logs" })).toBe("today.txt (892 bytes)");
    mkdirSync(join(root, "new"));
    expect(await tools.text("docs_list", { path: "new/" })).toBe("[The folder is empty]");
    expect(await tools.failure("docs_list", { path: "a.md" })).toMatchObject({ kind: "failed" });
    expect(await tools.failure("docs_list", { path: "none" })).toMatchObject({ kind: "failed" });
  });

  test("is cut where there is too much, and a name with a line break stays one line", async () => {
    writeFileSync(join(root, "0\nlogs"), "");
    for (let i = 0; i < 100; i++) writeFileSync(join(root, `file-${i}`), "");
    const lines = (await tools.text("docs_list")).split("\n");
    expect(lines[0]).toBe('"0\\nlogs" (0 bytes)');
    expect(lines.at(-1)).toBe("[There is more: list a folder below]");
    expect(lines.length).toBeLessThan(25);
  });
});

describe("search", () => {
  test("finds lines whatever their capitals, with file and line number", async () => {
    expect(await tools.text("docs_search", { text: "line 3" })).toBe("a.md:2: Line 3 stopped");
    expect(await tools.text("docs_search", { text: "ENTRY 100", path: "logs" })).toBe("today.txt:100: entry 100");
    expect(await tools.text("docs_search", { text: "one", path: "a.md" })).toBe("a.md:1: # One");
    expect(await tools.text("docs_search", { text: "nowhere" })).toBe("[Nothing found]");
  });

  test("looks into those files only that are named", async () => {
    writeFileSync(join(root, "logs/b.md"), "stopped");
    expect(await tools.text("docs_search", { text: "stopped", files: "*.md" })).toBe(
      "a.md:2: Line 3 stopped\nlogs/b.md:1: stopped",
    );
    expect(await tools.text("docs_search", { text: "stopped", files: "logs/*.md" })).toBe("logs/b.md:1: stopped");
  });

  test("takes text as text, passes binary files over, and is bounded", async () => {
    writeFileSync(join(root, "b.bin"), "entry 1\0");
    expect(await tools.text("docs_search", { text: ".*" })).toBe("[Nothing found]");
    const lines = (await tools.text("docs_search", { text: "entry" })).split("\n");
    expect(lines.join()).not.toContain("b.bin");
    expect(lines.at(-1)).toBe("[There are more: search for a longer text, or name files]");
    writeFileSync(join(root, "long"), `${"x".repeat(2000)}needle${"y".repeat(2000)}`);
    expect((await tools.text("docs_search", { text: "needle" })).length).toBeLessThan(320);
  });

  test("ends with its turn", () => {
    for (let i = 0; i < 40; i++) writeFileSync(join(root, `file-${i}`), "");
    const stopped = new Error("stopped");
    const call = tools.failure("docs_search", { text: "x" }, { signal: AbortSignal.abort(stopped) });
    expect(call).rejects.toBe(stopped);
  });
});

describe("write", () => {
  test("makes a file with its folders, and replaces one with its mode kept", async () => {
    expect(await tools.text("docs_write", { path: "new/deep/x.md", text: "ü" })).toBe(
      'Wrote "new/deep/x.md" (2 bytes)',
    );
    expect(content("new/deep/x.md")).toBe("ü");
    expect(statSync(join(root, "new/deep/x.md")).mode & 0o777).toBe(0o644);
    chmodSync(join(root, "a.md"), 0o4600);
    expect(await tools.text("docs_write", { path: "a.md", text: "new" })).toBe('Replaced "a.md" (3 bytes)');
    expect(content("a.md")).toBe("new");
    expect(statSync(join(root, "a.md")).mode & 0o7777).toBe(0o600);
    expect(readdirSync(root).sort()).toEqual(["a.md", "logs", "new"]);
  });

  test("refuses what is too large, a folder, and a path that is none", async () => {
    expect(await tools.failure("docs_write", { path: "big", text: "x".repeat(4097) })).toMatchObject({ kind: "limit" });
    expect(await tools.failure("docs_write", { path: "logs", text: "x" })).toMatchObject({ kind: "failed" });
    expect(await tools.failure("docs_write", { path: "a\0b", text: "x" })).toMatchObject({ kind: "invalid" });
    const long = await tools.failure("docs_write", { path: "x".repeat(300), text: "x" });
    expect(long.text).toContain("name is too long");
    expect(readdirSync(root).sort()).toEqual(["a.md", "logs"]);
  });
});

describe("edit", () => {
  test("replaces exactly one place, or all when told to", async () => {
    expect(await tools.text("docs_edit", { path: "a.md", old: "stopped", new: "runs: $& $1" })).toBe(
      'Changed "a.md" in 1 place',
    );
    expect(content("a.md")).toBe("# One\nLine 3 runs: $& $1\n");
    const twice = await tools.failure("docs_edit", { path: "a.md", old: "n", new: "N" });
    expect(twice.text).toContain('stands 3 times in "a.md"');
    await tools.text("docs_edit", { path: "a.md", old: "n", new: "N", all: true });
    expect(content("a.md")).toBe("# ONe\nLiNe 3 ruNs: $& $1\n");
  });

  test("changes nothing when the old text is not there, or the file is no text", async () => {
    expect(await tools.failure("docs_edit", { path: "a.md", old: "gone", new: "x" })).toMatchObject({ kind: "failed" });
    expect(content("a.md")).toBe("# One\nLine 3 stopped\n");
    writeFileSync(join(root, "bin"), "a\0b");
    expect(await tools.failure("docs_edit", { path: "bin", old: "a", new: "x" })).toMatchObject({ kind: "failed" });
  });

  test("keeps the line breaks of the file, and its byte order mark", async () => {
    writeFileSync(join(root, "dos.txt"), "\ufeffa\r\nb\r\nc\r\n");
    await tools.text("docs_edit", { path: "dos.txt", old: "a\nb", new: "x\ny" });
    expect(content("dos.txt")).toBe("\ufeffx\r\ny\r\nc\r\n");
  });
});
