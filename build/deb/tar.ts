// A tar archive (ustar) in which nothing depends on the machine that writes it: given order, given time, everything of root.

import { tarBlockBytes, tarHeader, tarPadding } from "../../src/host/tar-header.ts";

export type TarEntry =
  | { readonly type: "file"; readonly path: string; readonly mode: number; readonly content: Uint8Array }
  | { readonly type: "folder"; readonly path: string; readonly mode: number }
  | { readonly type: "link"; readonly path: string; readonly to: string };

/** Paths are relative, without a leading `./`, which they get here. Throws a `RangeError` for one over 98 bytes. */
export function tarArchive(entries: readonly TarEntry[], mtimeS: number): Uint8Array {
  const pieces = entries.flatMap((entry) => [header(entry, mtimeS), ...content(entry)]);
  return Buffer.concat([...pieces, new Uint8Array(2 * tarBlockBytes)]);
}

function content(entry: TarEntry): Uint8Array[] {
  return entry.type === "file" ? [entry.content, new Uint8Array(tarPadding(entry.content.length))] : [];
}

function header(entry: TarEntry, mtimeS: number): Uint8Array {
  const { type, path } = entry;
  const mode = entry.type === "link" ? 0o777 : entry.mode;
  const sizeBytes = entry.type === "file" ? entry.content.length : 0;
  return tarHeader({ type, path, mode, sizeBytes, ...(entry.type === "link" ? { to: entry.to } : {}) }, mtimeS);
}
