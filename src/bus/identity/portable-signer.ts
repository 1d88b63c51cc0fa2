// Signs where there is no crypto of Node: with the keys' own library, and the platform's digest.

import type { AnySigner } from "./signer.ts";

/** @param seed `SU…`. Rejects with an `NKeysError` for anything but a seed. */
export async function portableSigner(seed: string): Promise<AnySigner> {
  const { fromSeed } = await import("@nats-io/nkeys");
  const pair = fromSeed(new TextEncoder().encode(seed));
  return {
    user: pair.getPublicKey(),
    sign: (bytes) => pair.sign(bytes),
    sha256: async (payload) => hex(await crypto.subtle.digest("SHA-256", new Uint8Array(payload))),
  };
}

function hex(digest: ArrayBuffer): string {
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
