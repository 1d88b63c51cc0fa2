// Public NKEYs as text (§13.3): shape, prefix byte and CRC-16, by the official library. Its arithmetic is pure.

import { fromPublic } from "@nats-io/nkeys";

const userShape = /^U[A-Z2-7]{55}$/;
const accountShape = /^A[A-Z2-7]{55}$/;

/** Whether the text is a user's public NKEY, its checksum included. */
export function isUserNkey(text: string): boolean {
  return userShape.test(text) && isSound(text);
}

/** Whether the text is an account's public NKEY, its checksum included. */
export function isAccountNkey(text: string): boolean {
  return accountShape.test(text) && isSound(text);
}

function isSound(text: string): boolean {
  try {
    return fromPublic(text).getPublicKey() === text;
  } catch {
    return false; // Another prefix byte, or a checksum that does not fit.
  }
}
