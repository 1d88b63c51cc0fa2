// The header of a tar entry (ustar) in which nothing depends on the machine that writes it: everything of root, the time given.

export interface TarHeader {
  readonly type: "file" | "folder" | "link";
  /** Relative, without a leading `./`, which it gets here. */
  readonly path: string;
  readonly mode: number;
  /** 0 but for a file. */
  readonly sizeBytes: number;
  /** Of a link. */
  readonly to?: string;
}

export const tarBlockBytes = 512;
/** What eleven octal digits can say. */
export const maxTarFileBytes = 0o77777777777;

const typeFlags = { file: "0", folder: "5", link: "2" } as const;

/** One block. Throws a `RangeError` for a path over 98 bytes or a file of 8 GiB. */
export function tarHeader(entry: TarHeader, mtimeS: number): Uint8Array {
  const name = `./${entry.path}${entry.type === "folder" && entry.path !== "" ? "/" : ""}`;
  if (Buffer.byteLength(name) > 100) throw new RangeError(`A path is too long for this archive: "${entry.path}"`);
  if (entry.sizeBytes > maxTarFileBytes)
    throw new RangeError(`A file of 8 GiB is too large for this archive: "${entry.path}"`);
  const block = new Uint8Array(tarBlockBytes);
  const put = (text: string, offset: number): void => block.set(new TextEncoder().encode(text), offset);
  put(name, 0);
  put(octal(entry.mode, 8), 100);
  put(octal(0, 8), 108);
  put(octal(0, 8), 116);
  put(octal(entry.sizeBytes, 12), 124);
  put(octal(mtimeS, 12), 136);
  put(" ".repeat(8), 148);
  put(typeFlags[entry.type], 156);
  if (entry.to !== undefined) put(entry.to, 157);
  put("ustar\u000000", 257);
  put("root", 265);
  put("root", 297);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, "0")}\u0000 `, 148);
  return block;
}

/** Zero bytes that follow a file of that size. */
export function tarPadding(sizeBytes: number): number {
  return (tarBlockBytes - (sizeBytes % tarBlockBytes)) % tarBlockBytes;
}

/** Octal digits and a zero byte, `width` bytes in all. */
function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, "0")}\u0000`;
}
