// A bundle's bytes from the first to the last, hashed as they go by.

import { filePieces } from "./file-pieces.ts";
import { signedHash } from "./minisign.ts";
import { UpgradeError } from "./upgrade-error.ts";

/** Whoever makes one closes it. */
export class BundleReader {
  readonly #pieces: AsyncGenerator<Uint8Array, void, undefined>;
  readonly #hash = new Bun.CryptoHasher(signedHash);
  #rest: Uint8Array = new Uint8Array();

  constructor(path: string) {
    this.#pieces = filePieces(path);
  }

  /** The next `count` bytes, as the caller's own. Throws an `UpgradeError` where the file ends before. */
  async take(count: number): Promise<Uint8Array> {
    const taken = Buffer.alloc(count);
    let filled = 0;
    await this.each(count, (piece) => {
      taken.set(piece, filled);
      filled += piece.length;
    });
    return taken;
  }

  /** The next `count` bytes in pieces, each good until `use` has ended. Throws as `take` does. */
  async each(count: number, use: (piece: Uint8Array) => void | Promise<void>): Promise<void> {
    for (let left = count; left > 0;) {
      if (!(await this.#fill())) throw new UpgradeError("The bundle ends too early: it is not complete");
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      this.#hash.update(piece);
      await use(piece);
    }
  }

  async isAtEnd(): Promise<boolean> {
    return !(await this.#fill());
  }

  /** Of all that was read so far; the reader is of no use afterwards. */
  digest(): Uint8Array {
    return this.#hash.digest();
  }

  async close(): Promise<void> {
    await this.#pieces.return();
  }

  /** False at the end of the file. */
  async #fill(): Promise<boolean> {
    if (this.#rest.length > 0) return true;
    const next = await this.#pieces.next();
    if (next.done === true) return false;
    this.#rest = next.value;
    return true;
  }
}
