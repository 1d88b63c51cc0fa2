// Signatures of NATS users: the keys are read by the official library, the arithmetic is the platform's (docs/decisions/signatures.md).

import { createHash, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { fromSeed, NKeysError, NKeysErrorCode, Prefix } from "@nats-io/nkeys";
import { Codec } from "@nats-io/nkeys/lib/codec.js";
import type { Signer } from "./signer.ts";

/** DER around the 32 bytes of an ed25519 key (RFC 8410): public (SPKI) and private (PKCS #8). */
const publicKeyHead = Buffer.from("302a300506032b6570032100", "hex");
const privateKeyHead = Buffer.from("302e020100300506032b657004220420", "hex");

/** @param seed `SU…`. Throws an `NKeysError` for anything but a user's seed. */
export function nkeySigner(seed: string): Signer {
  const encoded = new TextEncoder().encode(seed);
  const { buf, prefix } = Codec.decodeSeed(encoded);
  if (prefix !== Prefix.User) throw new NKeysError(NKeysErrorCode.InvalidSeed);
  const key = createPrivateKey({ key: der(privateKeyHead, buf), format: "der", type: "pkcs8" });
  return {
    user: fromSeed(encoded).getPublicKey(),
    sign: (bytes) => sign(null, bytes, key),
    sha256: sha256Hex,
  };
}

/** Whether the signature over the bytes is the user's, who is given by a checked public NKEY. */
export function verifySignature(user: string, bytes: Uint8Array, signature: Uint8Array): boolean {
  const raw = Codec.decode(Prefix.User, new TextEncoder().encode(user));
  return verify(null, bytes, createPublicKey({ key: der(publicKeyHead, raw), format: "der", type: "spki" }), signature);
}

/** Lower-case hex. */
export function sha256Hex(payload: Uint8Array): string {
  return createHash("sha256").update(payload).digest("hex");
}

function der(head: Uint8Array, key: Uint8Array): Buffer {
  return Buffer.concat([head, key]);
}
