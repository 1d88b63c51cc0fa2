// A tar archive written to an open file as its entries come, with little of it in memory.

import { writeSync } from "node:fs";
import { createTarPacker } from "modern-tar";

/** One entry at a time. Whoever makes one calls `close`, or `abandon` where it fails. */
export class TarWriter {
  readonly #packer = createTarPacker();
  readonly #written: Promise<void>;
  readonly #now = new Date();

  /** `descriptor` stays open. */
  constructor(descriptor: number) {
    this.#written = pump(this.#packer.readable, descriptor);
    this.#written.catch((error: unknown) => this.#packer.controller.error(error));
  }

  async folder(name: string): Promise<void> {
    const entry = this.#packer.controller.add({
      name: `${name}/`,
      size: 0,
      type: "directory",
      mode: 0o700,
      mtime: this.#now,
    });
    await entry.close();
  }

  /** `pieces` are `size` bytes together, and each is the archive's own. Throws what writing throws. */
  async file(name: string, size: number, pieces: Iterable<Uint8Array>): Promise<void> {
    const entry = this.#packer.controller.add({ name, size, type: "file", mode: 0o600, mtime: this.#now }).getWriter();
    try {
      for (const piece of pieces) await entry.write(piece);
      await entry.close();
    } catch (error) {
      await this.abandon(error);
      throw error;
    }
  }

  /** Resolves when all of it is written. */
  async close(): Promise<void> {
    this.#packer.controller.finalize();
    await this.#written;
  }

  /** Never rejects. May be called after `close`. */
  async abandon(reason: unknown): Promise<void> {
    this.#packer.controller.error(reason);
    // What it rejects with is the reason, or what has led to it: whoever abandons throws that.
    await this.#written.catch(() => undefined);
  }
}

async function pump(readable: ReadableStream<Uint8Array>, descriptor: number): Promise<void> {
  for await (const piece of readable) {
    for (let at = 0; at < piece.length;) at += writeSync(descriptor, piece, at, piece.length - at);
  }
}
