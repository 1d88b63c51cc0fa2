// A Debian package, written here byte for byte: no Debian tools are needed, and the same source gives the same package.

import { createHash } from "node:crypto";
import { arArchive } from "./ar.ts";
import { controlText } from "./control.ts";
import { maintainerScripts } from "./maintainer-scripts.ts";
import { gzip, type GzipLevel, type PackageFiles } from "./package-files.ts";
import { tarArchive, type TarEntry } from "./tar.ts";

export interface DebFacts {
  readonly version: string;
  /** As Debian calls it. */
  readonly architecture: string;
  /** The time of everything in it, in seconds. */
  readonly mtimeS: number;
  /** Default 9. */
  readonly compression?: GzipLevel;
}

/** The whole file. */
export function debPackage(facts: DebFacts, files: PackageFiles): Uint8Array {
  const { mtimeS } = facts;
  const control = controlEntries(facts, files);
  return arArchive(
    [
      { name: "debian-binary", content: new TextEncoder().encode("2.0\n") },
      { name: "control.tar.gz", content: gzip(tarArchive(control, mtimeS)) },
      { name: "data.tar.gz", content: gzip(tarArchive(files.entries, mtimeS), facts.compression) },
    ],
    mtimeS,
  );
}

function controlEntries({ version, architecture }: DebFacts, { entries, conffiles }: PackageFiles): TarEntry[] {
  const bytes = entries.reduce((sum, entry) => sum + (entry.type === "file" ? entry.content.length : 0), 0);
  const file = (path: string, text: string, mode = 0o644): TarEntry => ({
    type: "file",
    path,
    mode,
    content: new TextEncoder().encode(text),
  });
  return [
    { type: "folder", path: "", mode: 0o755 },
    file("conffiles", lines(conffiles)),
    file("control", controlText({ version, architecture, installedKiB: Math.ceil(bytes / 1024) })),
    file("md5sums", checksums(entries, conffiles)),
    ...Object.entries(maintainerScripts).map(([name, script]) => file(name, script, 0o755)),
  ];
}

/** What `dpkg --verify` compares; configuration is the user's to change. */
function checksums(entries: readonly TarEntry[], conffiles: readonly string[]): string {
  const sums = entries.flatMap((entry) =>
    entry.type === "file" && !conffiles.includes(`/${entry.path}`)
      ? [`${createHash("md5").update(entry.content).digest("hex")}  ${entry.path}`]
      : [],
  );
  return lines(sums);
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join("");
}
