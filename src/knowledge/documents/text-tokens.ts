// How many tokens a text may take, guessed from its bytes as the window of a conversation does: on the side of too many.

/** English takes about 0.25, other scripts up to 0.4. */
const tokensPer100Bytes = 34;

export function tokensOf(text: string): number {
  return Math.ceil((bytesOf(text) * tokensPer100Bytes) / 100);
}

/** The largest text that is estimated at no more than so many tokens, in bytes of UTF-8. */
export function bytesOfTokens(tokens: number): number {
  return Math.floor((tokens * 100) / tokensPer100Bytes);
}

export function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}
