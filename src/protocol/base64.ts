// Standard base64, strictly (§5): no white space, no URL-safe letters, right padding, no stray bits.

// No nested quantifier: a large attachment must not exhaust the expression's stack.
const shape = /^[A-Za-z0-9+/]*={0,2}$/;

/** Undefined when the text is not strict base64. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !shape.test(text)) return undefined;
  try {
    return Uint8Array.fromBase64(text, { lastChunkHandling: "strict" });
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined; // Padding in the wrong place, or bits beyond the last byte.
    throw cause;
  }
}

export function encodeBase64(bytes: Uint8Array): string {
  return bytes.toBase64();
}
