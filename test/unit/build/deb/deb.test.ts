import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { debianVersion } from "../../../../build/deb/control.ts";
import { debPackage } from "../../../../build/deb/deb.ts";
import { packageFiles, type PackageFiles } from "../../../../build/deb/package-files.ts";

let folder: string;
let files: PackageFiles;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "muster-deb-"));
  await writeFile(join(folder, "muster"), "#!/bin/sh\n");
  files = await collect();
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

function collect(): Promise<PackageFiles> {
  return packageFiles({
    version: "1.2.3",
    mtimeS: 1_700_000_000,
    executable: join(folder, "muster"),
    documents: { manPage: ".TH MUSTER 1\n", completions: { bash: "b", zsh: "z", fish: "f" } },
    notices: "notices",
    changes: "changes",
  });
}

test("the same source gives the same bytes", async () => {
  const facts = { version: "1.2.3", architecture: "amd64", mtimeS: 1_700_000_000 };
  expect(Buffer.compare(debPackage(facts, files), debPackage(facts, await collect()))).toBe(0);
});

test("the manifest is the only file that dpkg asks about", () => {
  expect(files.conffiles).toEqual(["/etc/muster/agents.yaml"]);
});

test("every folder is in it before what is in the folder", () => {
  const seen = new Set<string>();
  for (const { path } of files.entries) {
    const parent = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
    if (path !== "") expect(seen).toContain(parent);
    seen.add(path);
  }
  expect(files.entries.map(({ path }) => path)).toContain("usr/share/man/man1/muster.1.gz");
});

test("a pre-release sorts before its release", () => {
  expect(debianVersion("1.0.0-rc.1")).toBe("1.0.0~rc.1");
});
