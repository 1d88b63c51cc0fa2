// Standard base64, strictly (§5): no white space, no URL-safe letters, right padding, no stray bits.

import { decodePortably, encodePortably } from "./base64-portable.ts";

const isNative = "fromBase64" in Uint8Array && "toBase64" in Uint8Array.prototype;

// No nested quantifier: a large attachment must not exhaust the expression's stack.
const shape = /^[A-Za-z0-9+/]*={0,2}$/;

/** Undefined when the text is not strict base64. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !shape.test(text)) return undefined;
  if (!isNative) return decodePortably(text);
  try {
    return Uint8Array.fromBase64(text, { lastChunkHandling: "strict" });
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined; // Padding in the wrong place, or bits beyond the last byte.
    throw cause;
  }
}

export function encodeBase64(bytes: Uint8Array): string {
  return isNative ? bytes.toBase64() : encodePortably(bytes);
}
