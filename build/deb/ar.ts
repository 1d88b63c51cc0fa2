// An `ar` archive, the outermost form of a Debian package (deb(5)).

export interface ArMember {
  /** At most 16 bytes. */
  readonly name: string;
  readonly content: Uint8Array;
}

/** Every member of root, mode 100644, of the time given in seconds. */
export function arArchive(members: readonly ArMember[], mtimeS: number): Uint8Array {
  const pieces: Uint8Array[] = [new TextEncoder().encode("!<arch>\n")];
  for (const { name, content } of members) {
    const fields = [
      name.padEnd(16),
      String(mtimeS).padEnd(12),
      "0".padEnd(6),
      "0".padEnd(6),
      "100644".padEnd(8),
      String(content.length).padEnd(10),
    ];
    const header = `${fields.join("")}\`\n`;
    if (header.length !== 60) throw new RangeError(`A member of an ar archive does not fit its header: "${name}"`);
    pieces.push(new TextEncoder().encode(header), content);
    if (content.length % 2 === 1) pieces.push(new TextEncoder().encode("\n"));
  }
  return Buffer.concat(pieces);
}
