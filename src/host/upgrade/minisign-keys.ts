// Keys in minisign's format: a comment and a line of base64. Ed25519; secret keys without a password only.

import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { UpgradeError } from "./upgrade-error.ts";

export interface PublicKey {
  /** 8 bytes, by which a signature says which key made it. */
  readonly id: Uint8Array;
  readonly key: KeyObject;
}

export type SecretKey = PublicKey;

export interface KeyPairText {
  readonly publicKey: string;
  readonly secretKey: string;
}

const algorithm = "Ed";
const maxKeys = 16;
const idBytes = 8;
const publicBytes = 2 + idBytes + 32;
const secretBytes = 158;
// Algorithms of signature, key derivation and checksum, then salt and limits of the derivation.
const secretHeadBytes = 2 + 2 + 2 + 32 + 8 + 8;
const spki = Buffer.from("302a300506032b6570032100", "hex");
const pkcs8 = Buffer.from("302e020100300506032b657004220420", "hex");

/** All keys of a file: one, or several one below the other while one takes over from another. Throws an `UpgradeError`. */
export function parsePublicKeys(text: string): readonly PublicKey[] {
  const lines = keyLines(text);
  if (lines.length === 0) throw new UpgradeError("Found no minisign public key");
  if (lines.length > maxKeys) throw new UpgradeError(`Found more than ${maxKeys} public keys`);
  return lines.map(parsePublicKey);
}

/** Throws an `UpgradeError` for what is no secret key, or one that a password protects. */
export function parseSecretKey(text: string): SecretKey {
  const bytes = decodeBase64(keyLines(text)[0] ?? "");
  if (bytes?.length !== secretBytes || text2(bytes, 0) !== algorithm)
    throw new UpgradeError("Found no minisign secret key");
  if (text2(bytes, 2) !== "\0\0") {
    throw new UpgradeError(
      'The secret key is protected by a password. Write the bundle without --key and sign it by "minisign -S -m BUNDLE", or make a key without a password by "minisign -G -W"',
    );
  }
  const id = bytes.subarray(secretHeadBytes, secretHeadBytes + idBytes);
  const seed = bytes.subarray(secretHeadBytes + idBytes, secretHeadBytes + idBytes + 32);
  return { id, key: createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: "der", type: "pkcs8" }) };
}

/** A new pair, as minisign writes it with `-G -W`. */
export function newKeyPair(): KeyPairText {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const id = crypto.getRandomValues(new Uint8Array(idBytes));
  const seed = privateKey.export({ format: "der", type: "pkcs8" }).subarray(pkcs8.length);
  const open = publicKey.export({ format: "der", type: "spki" }).subarray(spki.length);
  const head = Buffer.alloc(secretHeadBytes);
  head.write(`${algorithm}\0\0B2`, "latin1");
  const secret = Buffer.concat([head, id, seed, open, Buffer.alloc(32)]);
  const name = keyName(id);
  return {
    publicKey: keyText(`minisign public key ${name}`, Buffer.concat([Buffer.from(algorithm), id, open])),
    secretKey: keyText(`minisign secret key ${name}, without a password`, secret),
  };
}

/** As minisign writes a key's id: hexadecimal, the last byte first. */
export function keyName(id: Uint8Array): string {
  return Buffer.from(id).reverse().toString("hex").toUpperCase();
}

/** The bytes of canonical base64; undefined for anything else. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}

function parsePublicKey(line: string): PublicKey {
  const bytes = decodeBase64(line);
  if (bytes?.length !== publicBytes || text2(bytes, 0) !== algorithm) {
    throw new UpgradeError(`Not a minisign public key: "${line.slice(0, 80)}"`);
  }
  const der = Buffer.concat([spki, bytes.subarray(2 + idBytes)]);
  return { id: bytes.subarray(2, 2 + idBytes), key: createPublicKey({ key: der, format: "der", type: "spki" }) };
}

function keyLines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("untrusted comment:"));
}

function keyText(comment: string, bytes: Uint8Array): string {
  return `untrusted comment: ${comment}\n${Buffer.from(bytes).toString("base64")}\n`;
}

function text2(bytes: Uint8Array, offset: number): string {
  return Buffer.from(bytes.subarray(offset, offset + 2)).toString("latin1");
}
