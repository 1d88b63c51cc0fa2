// Ids that nobody else makes: of services, turns and inboxes. 22 letters and digits, as NUIDs have.

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const length = 22;

/** The largest multiple of the alphabet's size that a byte holds: bytes above it would favour the first letters. */
const fairLimit = 256 - (256 % alphabet.length);

/** 22 random characters of `[0-9A-Za-z]`: about 131 bits. */
export function uniqueId(): string {
  let id = "";
  while (id.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length + 8))) {
      if (byte < fairLimit && id.length < length) id += alphabet.charAt(byte % alphabet.length);
    }
  }
  return id;
}
