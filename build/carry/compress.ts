// How everything that the executable carries is compressed: as small as it gets, for it is done once and undone at first use.

/** A zstd stream. Equal content gives equal bytes. */
export function compress(content: Uint8Array | string): Uint8Array {
  return Bun.zstdCompressSync(content, { level: 22 });
}
