// Spans that wait to be sent, encoded: bounded in number and bytes, the oldest out first.

export interface QueueLimits {
  readonly spans: number;
  readonly bytes: number;
}

export class SpanQueue {
  readonly #limits: QueueLimits;
  #spans: Uint8Array[] = [];
  #bytes = 0;
  /** At the head: on their way, and not to be dropped meanwhile. */
  #taken = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#spans.length;
  }

  /** Returns how many were dropped for it. */
  add(spans: readonly Uint8Array[]): number {
    const fit = spans.filter(({ byteLength }) => byteLength <= this.#limits.bytes / 4);
    this.#spans.push(...fit);
    this.#bytes += sizeOf(fit);
    const over = this.#over();
    this.#bytes -= sizeOf(this.#spans.splice(this.#taken, over));
    return over + (spans.length - fit.length);
  }

  /** The oldest, within the limits of one request. They stay here until `done`. */
  take(most: QueueLimits): readonly Uint8Array[] {
    let bytes = 0;
    let count = 0;
    for (const span of this.#spans) {
      bytes += span.byteLength;
      if (count > 0 && (count >= most.spans || bytes > most.bytes)) break;
      count += 1;
    }
    this.#taken = count;
    return this.#spans.slice(0, count);
  }

  /** Those that were taken go, or wait again. */
  done(isGone: boolean): void {
    if (isGone) this.#bytes -= sizeOf(this.#spans.splice(0, this.#taken));
    this.#taken = 0;
  }

  /** How many of those that may be dropped must be. */
  #over(): number {
    let [count, bytes] = [this.#spans.length, this.#bytes];
    let over = 0;
    for (let at = this.#taken; at < this.#spans.length; at++) {
      if (count <= this.#limits.spans && bytes <= this.#limits.bytes) break;
      count -= 1;
      bytes -= this.#spans[at]?.byteLength ?? 0;
      over += 1;
    }
    return over;
  }
}

function sizeOf(spans: readonly Uint8Array[]): number {
  return spans.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
