import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findFiles, isInPlace } from "../../../../src/knowledge/files/find-files.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-find-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(...names: string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), name);
  }
}

async function find(paths: readonly string[], more: { exclude?: string[]; maxFiles?: number; closed?: string } = {}) {
  const { exclude = [], maxFiles = 100, closed = "/nowhere" } = more;
  const absolute = (path: string) => join(folder, path);
  const wanted = { paths: paths.map(absolute), exclude: exclude.map(absolute), maxFiles, folder, closed };
  const found = await findFiles(wanted, new AbortController().signal);
  return { ...found, names: found.files.map(({ name }) => name) };
}

describe("documents on disk", () => {
  test("are what patterns, folders and files mean, each once, named from the manifest's folder", async () => {
    put("docs/a.md", "docs/deep/er/b.md", "docs/c.txt", "docs/.hidden.md", "docs/.git/d.md", "notes.md");
    expect((await find(["docs/**/*.md"])).names).toEqual(["docs/a.md", "docs/deep/er/b.md"]);
    expect((await find(["docs", "docs/*.md"])).names).toEqual(["docs/a.md", "docs/c.txt", "docs/deep/er/b.md"]);
    expect((await find(["notes.md", "docs/*.{txt,pdf}"])).names).toEqual(["docs/c.txt", "notes.md"]);
    expect((await find(["docs/.git/*.md"])).names).toEqual(["docs/.git/d.md"]);
  });

  test("are without what is excluded, and without the state directory", async () => {
    put("docs/a.md", "docs/old/b.md", "docs/old/c.md", "docs/draft-d.md", "state/e.md");
    expect((await find(["docs"], { exclude: ["docs/old", "docs/draft-*"] })).names).toEqual(["docs/a.md"]);
    expect((await find(["**/*.md"], { exclude: ["docs"], closed: join(folder, "state") })).names).toEqual([]);
  });

  test("outside of the manifest's folder are named from the folder that was named", async () => {
    put("manuals/press/a.md", "project/agents.yaml");
    const wanted = { exclude: [], maxFiles: 9, folder: join(folder, "project"), closed: "/nowhere" };
    const found = await findFiles({ ...wanted, paths: [join(folder, "manuals")] }, new AbortController().signal);
    expect(found.files.map(({ name }) => name)).toEqual(["manuals/press/a.md"]);
  });

  test("are nothing that a link leads to out of the folder, or by way of a folder", async () => {
    put("secret.md", "docs/a.md", "docs/real/b.md", "other/c.md");
    symlinkSync("../secret.md", join(folder, "docs/out.md"));
    symlinkSync("../other", join(folder, "docs/folder"));
    symlinkSync("real/b.md", join(folder, "docs/in.md"));
    symlinkSync("nothing.md", join(folder, "docs/broken.md"));
    symlinkSync(".", join(folder, "docs/loop"));
    const found = await find(["docs/**/*.md"]);
    expect(found.names).toEqual(["docs/a.md", "docs/in.md", "docs/real/b.md"]);
    expect(found.notes.join()).toContain('docs/out.md" is a link that leads out');
    expect(found.notes.join()).toContain('docs/broken.md" is a link that leads nowhere');
  });

  test("are seen to have been exchanged for a link after they were found", async () => {
    put("secret.md", "docs/a.md");
    const [file] = (await find(["docs"])).files;
    if (file === undefined) throw new Error("Nothing was found");
    expect(await isInPlace(file)).toBe(true);
    rmSync(file.path);
    symlinkSync("../secret.md", file.path);
    expect(await isInPlace(file)).toBe(false);
  });

  test("are no more than may be, the first by name, and the rest is told of", async () => {
    put(...Array.from({ length: 30 }, (_, index) => `docs/${String(index).padStart(2, "0")}.md`));
    const found = await find(["docs"], { maxFiles: 10 });
    expect(found.names).toHaveLength(10);
    expect(found.names.at(-1)).toBe("docs/09.md");
    expect(found.leftOut).toBe(20);
    expect(found.notes).toEqual(["20 documents over max_files (10) are left out"]);
  });

  test("have another stamp when they change, and none when they are gone", async () => {
    put("docs/a.md", "docs/b.md");
    const before = await find(["docs"]);
    writeFileSync(join(folder, "docs/a.md"), "something else");
    rmSync(join(folder, "docs/b.md"));
    const after = await find(["docs"]);
    expect(after.names).toEqual(["docs/a.md"]);
    expect(after.files[0]?.stamp).not.toBe(before.files[0]?.stamp);
    rmSync(join(folder, "docs"), { recursive: true });
    expect(await find(["docs"])).toMatchObject({ files: [], unlisted: [] });
  });
});
