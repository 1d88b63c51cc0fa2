// What the package installs: the tree that `muster install --prefix` writes, and what Debian wants beside it.

import { readFile } from "node:fs/promises";
import { installFiles, type Documents } from "../../src/host/install/install-plan.ts";
import { packageLayout } from "../../src/host/install/layout.ts";
import type { Step } from "../../src/host/install/step.ts";
import { copyrightText } from "./copyright.ts";
import { debianChangelog } from "./debian-changelog.ts";
import { lintianOverrides } from "./lintian-overrides.ts";
import type { TarEntry } from "./tar.ts";

export interface PackageInput {
  readonly version: string;
  readonly mtimeS: number;
  /** The executable's path. */
  readonly executable: string;
  readonly documents: Documents;
  /** Texts of the licences of what is carried, and of CHANGELOG.md. */
  readonly notices: string;
  readonly changes: string;
}

/** 1: quick; 9: small. */
export type GzipLevel = 1 | 9;

export interface PackageFiles {
  readonly entries: readonly TarEntry[];
  /** Absolute paths, for dpkg to ask before it replaces them. */
  readonly conffiles: readonly string[];
}

/** Entries in the order of their paths, every parent folder before what is in it. */
export async function packageFiles(input: PackageInput): Promise<PackageFiles> {
  const { executable, documents } = input;
  const steps = installFiles({ layout: packageLayout, from: executable, documents });
  const installed = await Promise.all(steps.map(entryOf));
  const entries = [...installed.map(compressManPage), ...documentation(input)];
  const conffiles = steps.flatMap((step) => (step.type === "file" && step.isConfiguration ? [step.path] : []));
  return { entries: withFolders(entries), conffiles };
}

async function entryOf(step: Step): Promise<TarEntry> {
  switch (step.type) {
    case "file":
      return file(step.path, step.content, step.mode);
    case "copy":
      return { type: "file", path: relative(step.path), mode: step.mode, content: await readFile(step.from) };
    case "folder":
      return { type: "folder", path: relative(step.path), mode: step.mode };
    case "link":
      return { type: "link", path: relative(step.path), to: step.to };
    case "remove":
    case "command":
      throw new Error(`A package holds files, and no step "${step.type}"`);
  }
}

function compressManPage(entry: TarEntry): TarEntry {
  if (entry.type !== "file" || !entry.path.includes("/man/")) return entry;
  return { ...entry, path: `${entry.path}.gz`, content: gzip(entry.content) };
}

function documentation(input: PackageInput): TarEntry[] {
  const folder = "/usr/share/doc/muster";
  const text = (name: string, content: string): TarEntry => file(`${folder}/${name}`, content, 0o644);
  const packed = (name: string, content: string): TarEntry => ({
    type: "file",
    path: relative(`${folder}/${name}`),
    mode: 0o644,
    content: gzip(new TextEncoder().encode(content)),
  });
  return [
    text("copyright", copyrightText()),
    packed("changelog.gz", debianChangelog(input.version, input.mtimeS)),
    packed("NEWS.gz", input.changes),
    packed("THIRD-PARTY-NOTICES.gz", input.notices),
    file("/usr/share/lintian/overrides/muster", lintianOverrides(), 0o644),
  ];
}

function withFolders(entries: readonly TarEntry[]): TarEntry[] {
  const all = new Map<string, TarEntry>([["", { type: "folder", path: "", mode: 0o755 }]]);
  for (const { path } of entries) {
    const parts = path.split("/");
    for (let depth = 1; depth < parts.length; depth++) {
      const parent = parts.slice(0, depth).join("/");
      all.set(parent, { type: "folder", path: parent, mode: 0o755 });
    }
  }
  for (const entry of entries) all.set(entry.path, entry);
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

function file(path: string, content: string, mode: number): TarEntry {
  return { type: "file", path: relative(path), mode, content: new TextEncoder().encode(content) };
}

/** The same bytes on every machine: no name, no time. */
export function gzip(content: Uint8Array, level: GzipLevel = 9): Uint8Array {
  return Bun.gzipSync(Buffer.from(content), { level });
}

function relative(path: string): string {
  return path.slice(1);
}
