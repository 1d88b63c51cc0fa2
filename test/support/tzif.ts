// Files of time zones, made for tests (TZif version 2, RFC 9636).

export interface ZoneFile {
  /** In seconds; the first holds before the first change. */
  readonly types: readonly { readonly offset: number; readonly isSummer: boolean }[];
  /** In seconds since 1970, ascending; from then on a type by its index. */
  readonly changes: readonly { readonly at: number; readonly type: number }[];
  /** What comes after the last change, as `TZ` has it. */
  readonly rule: string;
}

export function tzif(file: ZoneFile): Uint8Array {
  return new Uint8Array(
    Buffer.concat([
      block({ types: file.types.slice(0, 1), changes: [] }, 4),
      block(file, 8),
      Buffer.from(`\n${file.rule}\n`),
    ]),
  );
}

function block({ types, changes }: Pick<ZoneFile, "types" | "changes">, timeBytes: 4 | 8): Buffer {
  const header = Buffer.alloc(44);
  header.write("TZif2");
  header.writeUInt32BE(changes.length, 32);
  header.writeUInt32BE(types.length, 36);
  header.writeUInt32BE(4, 40);
  const times = Buffer.alloc(changes.length * timeBytes);
  for (const [index, { at }] of changes.entries()) {
    if (timeBytes === 8) times.writeBigInt64BE(BigInt(at), index * 8);
    else times.writeInt32BE(at, index * 4);
  }
  const kinds = Buffer.alloc(types.length * 6);
  for (const [index, { offset, isSummer }] of types.entries()) {
    kinds.writeInt32BE(offset, index * 6);
    kinds.writeUInt8(isSummer ? 1 : 0, index * 6 + 4);
  }
  return Buffer.concat([header, times, Buffer.from(changes.map(({ type }) => type)), kinds, Buffer.from("ABC\0")]);
}
