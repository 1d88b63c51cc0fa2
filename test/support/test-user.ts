// A NATS user made for one test: signs as the official library does, and knows none of our code.

import { createHash } from "node:crypto";
import { createUser, fromPublic, fromSeed, type KeyPair } from "@nats-io/nkeys";

export interface TestUser {
  readonly nkey: string;
  readonly seed: string;
  /** Base64url. */
  sign(text: string): string;
  /** Value of an `Agent-Sender` header for a message; `changes` are put over its fields after signing. */
  header(message: TestMessage, changes?: Readonly<Record<string, unknown>>): string;
}

export interface TestMessage {
  readonly subject: string;
  readonly payload: string;
  readonly account?: string;
  /** Default: now. */
  readonly at?: Date;
  readonly nonce?: string;
}

export function testUser(seed?: string): TestUser {
  const pair = seed === undefined ? createUser() : fromSeed(new TextEncoder().encode(seed));
  return {
    nkey: pair.getPublicKey(),
    seed: new TextDecoder().decode(pair.getSeed()),
    sign: (text) => signText(pair, text),
    header: (message, changes = {}) => JSON.stringify({ ...signedFields(pair, message), ...changes }),
  };
}

/** As the official library has it. */
export function verifies(user: string, bytes: Uint8Array, signature: Uint8Array): boolean {
  return fromPublic(user).verify(bytes, signature);
}

export function sha256(payload: string | Uint8Array): string {
  return createHash("sha256").update(payload).digest("hex");
}

function signedFields(pair: KeyPair, message: TestMessage): Record<string, unknown> {
  const { subject, payload, account = "$G", at = new Date(), nonce = crypto.randomUUID() } = message;
  const user = pair.getPublicKey();
  const ts = `${at.toISOString().slice(0, 19)}Z`;
  const lines = ["AGENT-SENDER-V1", account, user, subject, ts, nonce, sha256(payload)];
  return {
    v: 1,
    account,
    user,
    sub: subject,
    ts,
    nonce,
    sig: signText(pair, lines.map((line) => `${line}\n`).join("")),
  };
}

function signText(pair: KeyPair, text: string): string {
  return Buffer.from(pair.sign(new TextEncoder().encode(text))).toString("base64url");
}
