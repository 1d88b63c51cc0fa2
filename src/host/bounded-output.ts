// What a program prints, with its head and its tail kept: memory stays the same however much comes.

export interface BoundedOutput {
  add(chunk: Uint8Array): void;
  /** Of all that came. */
  readonly totalBytes: number;
  /** The first half of the bound and the last, and how many bytes between them are gone. */
  parts(): { readonly head: Uint8Array; readonly tail: Uint8Array; readonly leftOut: number };
}

export function boundedOutput(maxBytes: number): BoundedOutput {
  const headRoom = Math.ceil(maxBytes / 2);
  const tailRoom = maxBytes - headRoom;
  const head: Uint8Array[] = [];
  let headBytes = 0;
  let tail = Buffer.alloc(0);
  let total = 0;
  const addTail = (chunk: Uint8Array): void => {
    const whole = chunk.length >= tailRoom ? chunk : Buffer.concat([tail, chunk]);
    tail = Buffer.from(whole.subarray(Math.max(0, whole.length - tailRoom)));
  };
  return {
    add(chunk) {
      total += chunk.length;
      const first = chunk.subarray(0, headRoom - headBytes);
      if (first.length > 0) head.push(first.slice());
      headBytes += first.length;
      if (first.length < chunk.length) addTail(chunk.subarray(first.length));
    },
    get totalBytes() {
      return total;
    },
    parts: () => ({ head: Buffer.concat(head), tail, leftOut: total - headBytes - tail.length }),
  };
}
