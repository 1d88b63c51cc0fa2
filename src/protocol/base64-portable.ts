// Base64 where the engine has none of its own for bytes (Node before 25, older browsers): slower, and the same to the letter.

const step = 0x8000;

/** Undefined when the text is not the one form of some bytes. */
export function decodePortably(text: string): Uint8Array | undefined {
  let letters: string;
  try {
    letters = atob(text);
  } catch {
    return undefined; // Not base64 at all.
  }
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  return encodePortably(bytes) === text ? bytes : undefined;
}

export function encodePortably(bytes: Uint8Array): string {
  let letters = "";
  for (let at = 0; at < bytes.length; at += step) letters += String.fromCharCode(...bytes.subarray(at, at + step));
  return btoa(letters);
}
