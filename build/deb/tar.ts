// A tar archive (ustar) in which nothing depends on the machine that writes it: given order, given time, everything of root.

export type TarEntry =
  | { readonly type: "file"; readonly path: string; readonly mode: number; readonly content: Uint8Array }
  | { readonly type: "folder"; readonly path: string; readonly mode: number }
  | { readonly type: "link"; readonly path: string; readonly to: string };

const blockBytes = 512;

/** Paths are relative, without a leading `./`, which they get here. Throws a `RangeError` for one over 98 bytes. */
export function tarArchive(entries: readonly TarEntry[], mtimeS: number): Uint8Array {
  const pieces = entries.flatMap((entry) => [header(entry, mtimeS), ...content(entry)]);
  return Buffer.concat([...pieces, new Uint8Array(2 * blockBytes)]);
}

function content(entry: TarEntry): Uint8Array[] {
  if (entry.type !== "file") return [];
  const rest = entry.content.length % blockBytes;
  return rest === 0 ? [entry.content] : [entry.content, new Uint8Array(blockBytes - rest)];
}

const typeFlags = { file: "0", folder: "5", link: "2" } as const;

function header(entry: TarEntry, mtimeS: number): Uint8Array {
  const name = `./${entry.path}${entry.type === "folder" && entry.path !== "" ? "/" : ""}`;
  if (Buffer.byteLength(name) > 100) throw new RangeError(`A path is too long for this archive: "${entry.path}"`);
  const block = new Uint8Array(blockBytes);
  const put = (text: string, offset: number): void => block.set(new TextEncoder().encode(text), offset);
  put(name, 0);
  put(octal(entry.type === "link" ? 0o777 : entry.mode, 8), 100);
  put(octal(0, 8), 108);
  put(octal(0, 8), 116);
  put(octal(entry.type === "file" ? entry.content.length : 0, 12), 124);
  put(octal(mtimeS, 12), 136);
  put(" ".repeat(8), 148);
  put(typeFlags[entry.type], 156);
  if (entry.type === "link") put(entry.to, 157);
  put("ustar\u000000", 257);
  put("root", 265);
  put("root", 297);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, "0")}\u0000 `, 148);
  return block;
}

/** Octal digits and a zero byte, `width` bytes in all. */
function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, "0")}\u0000`;
}
