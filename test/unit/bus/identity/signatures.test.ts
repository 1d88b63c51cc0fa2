import { createAccount, createUser, fromSeed } from "@nats-io/nkeys";
import { describe, expect, test } from "bun:test";
import { nkeySigner, sha256Hex, verifySignature } from "../../../../src/bus/identity/signatures.ts";
import { encodeBase64url } from "../../../../src/protocol/base64url.ts";
import { senderBytes } from "../../../../src/protocol/signed-bytes.ts";
import { senderVectors } from "../../../support/sender-vectors.ts";
import { verifies } from "../../../support/test-user.ts";

const bytes = new TextEncoder().encode("some bytes");

describe("§13.6 signatures", () => {
  for (const { id, seed, user, account, subject, payload, ts, nonce, sig } of senderVectors) {
    test(`vector ${id}: made and checked by the platform`, () => {
      const signer = nkeySigner(seed);
      const hash = sha256Hex(new TextEncoder().encode(payload));
      const input = senderBytes({ account, user, sub: subject, ts, nonce }, hash);
      const made = signer.sign(input);
      expect([signer.user, encodeBase64url(made)]).toEqual([user, sig]);
      expect(verifySignature(user, input, made)).toBe(true);
    });
  }

  test("agree with the official library's, both ways", () => {
    const pair = createUser();
    const signer = nkeySigner(new TextDecoder().decode(pair.getSeed()));
    expect(verifies(signer.user, bytes, signer.sign(bytes))).toBe(true);
    expect(verifySignature(signer.user, bytes, pair.sign(bytes))).toBe(true);
  });

  test("of another, over other bytes, or of another length are none", () => {
    const [ann, bob] = [createUser(), createUser()];
    const signature = ann.sign(bytes);
    expect(verifySignature(bob.getPublicKey(), bytes, signature)).toBe(false);
    expect(verifySignature(ann.getPublicKey(), new Uint8Array([1]), signature)).toBe(false);
    for (const length of [0, 1, 63, 65]) {
      expect(verifySignature(ann.getPublicKey(), bytes, new Uint8Array(length))).toBe(false);
    }
  });
});

test("only a user's seed makes a signer", () => {
  const account = new TextDecoder().decode(createAccount().getSeed());
  for (const seed of ["", "SU", "SUAAAA", account]) expect(() => nkeySigner(seed)).toThrow();
  expect(fromSeed(new TextEncoder().encode(account)).getPublicKey().startsWith("A")).toBe(true);
});
