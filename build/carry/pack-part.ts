// Packs a part's files into one compressed blob with an index beside it. Equal files give equal bytes.

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { carriedSha256, parseCarriedIndex } from "../../src/host/carried-index.ts";
import type { CarriedFile, CarriedIndex, CarriedPart } from "../../src/host/carried-part.ts";
import { sha256 } from "../sha256.ts";
import { compress } from "./compress.ts";
import type { PartSource } from "./part-source.ts";

/** Writes `<name>.zst` and `<name>.json` to `folder`, unless they hold just that already. */
export function packPart(source: PartSource, folder: string): CarriedPart {
  const contents = sorted(source).map((file) => readFileSync(file.source));
  const files = sorted(source).map((file, at): CarriedFile => {
    const content = contents[at] ?? new Uint8Array();
    return { path: file.path, sizeBytes: content.length, sha256: sha256(content), isExecutable: file.isExecutable };
  });
  const index: CarriedIndex = { name: source.name, version: source.version, sha256: carriedSha256(files), files };
  const blob = join(folder, `${source.name}.zst`);
  const indexFile = join(folder, `${source.name}.json`);
  if (!isPacked(index, blob, indexFile)) {
    mkdirSync(folder, { recursive: true });
    replaceFile(blob, compress(Buffer.concat(contents)));
    replaceFile(indexFile, `${JSON.stringify(index, undefined, 2)}\n`);
  }
  return { ...index, blob };
}

function sorted(source: PartSource): PartSource["files"] {
  return [...source.files].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function isPacked(index: CarriedIndex, blob: string, indexFile: string): boolean {
  if (!existsSync(blob) || !existsSync(indexFile)) return false;
  const kept = parseCarriedIndex(readFileSync(indexFile, "utf8"));
  return kept.sha256 === index.sha256 && kept.version === index.version;
}

function replaceFile(path: string, content: Uint8Array | string): void {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, content);
  renameSync(temporary, path);
}
