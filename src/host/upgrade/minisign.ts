// Signatures in minisign's format, of the prehashed kind (`ED`): Ed25519 over the BLAKE2b-512 of a file, so that files of any size are read in
// pieces; a second signature binds the trusted comment to the first.

import { sign, verify } from "node:crypto";
import { decodeBase64, keyName, type PublicKey, type SecretKey } from "./minisign-keys.ts";
import { UpgradeError } from "./upgrade-error.ts";

/** What a file is hashed with before it is signed. */
export const signedHash = "blake2b512";

const prehashed = "ED";
const legacy = "Ed";
const signatureBytes = 64;
const maxTextBytes = 4096;
const untrusted = "untrusted comment: ";
const trusted = "trusted comment: ";

/** The text of a `.minisig` file for a file with that digest. `comment`: one line, signed too. */
export function signDigest(digest: Uint8Array, secret: SecretKey, comment: string): string {
  const signature = sign(null, digest, secret.key);
  const whole = sign(null, Buffer.concat([signature, Buffer.from(comment)]), secret.key);
  const line = Buffer.concat([Buffer.from(prehashed), secret.id, signature]).toString("base64");
  return `${untrusted}signature by muster bundle\n${line}\n${trusted}${comment}\n${whole.toString("base64")}\n`;
}

/** The trusted comment of a good signature by one of the keys. Throws an `UpgradeError` for any other. */
export function verifyDigest(digest: Uint8Array, text: string, keys: readonly PublicKey[]): string {
  const { id, signature, comment, whole } = parseSignature(text);
  const known = keys.filter((key) => Buffer.compare(key.id, id) === 0);
  if (known.length === 0) {
    const names = keys.map((key) => keyName(key.id)).join(", ");
    throw new UpgradeError(`The signature is by the key ${keyName(id)}, trusted is ${names}`);
  }
  const signedComment = Buffer.concat([signature, Buffer.from(comment)]);
  const isGood = known.some(
    ({ key }) => verify(null, digest, key, signature) && verify(null, signedComment, key, whole),
  );
  if (isGood) return comment;
  throw new UpgradeError("The signature is not of this content: the file was changed, or is not complete");
}

interface Signature {
  readonly id: Uint8Array;
  readonly signature: Uint8Array;
  readonly comment: string;
  readonly whole: Uint8Array;
}

function parseSignature(text: string): Signature {
  const lines = text.replaceAll("\r\n", "\n").replace(/\n$/, "").split("\n");
  const [first = "", line = "", commentLine = "", last = ""] = lines;
  const bytes = decodeBase64(line);
  const whole = decodeBase64(last);
  const isShaped =
    lines.length === 4 &&
    text.length <= maxTextBytes &&
    first.startsWith(untrusted) &&
    commentLine.startsWith(trusted) &&
    bytes?.length === 2 + 8 + signatureBytes &&
    whole?.length === signatureBytes;
  if (!isShaped) throw new UpgradeError("Not a minisign signature");
  const kind = Buffer.from(bytes.subarray(0, 2)).toString("latin1");
  if (kind === legacy)
    throw new UpgradeError('The signature is of the old kind, not prehashed: sign by "minisign -S -H"');
  if (kind !== prehashed) throw new UpgradeError("The signature is of an unknown kind");
  return {
    id: bytes.subarray(2, 10),
    signature: bytes.subarray(10),
    comment: commentLine.slice(trusted.length),
    whole,
  };
}
