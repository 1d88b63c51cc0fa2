// What a user's credentials hold, as text: a JWT, a seed.

import type { Signer } from "../identity/signer.ts";
import { BusError } from "./bus-error.ts";

/** The JWT in a credentials file. */
export function userJwt(text: string): string | undefined {
  return /-{3,}BEGIN NATS USER JWT-{3,}\s+(\S+)/.exec(text)?.[1];
}

/** The seed in a credentials or NKEY file. */
export function userSeed(text: string): string | undefined {
  return /\bSU[A-Z2-7]{56}\b/.exec(text)?.[0];
}

/** Throws a `BusError` for a damaged seed; `where` says which. */
export async function signerOf(seed: string, where: string): Promise<Signer> {
  const { nkeySigner } = await import("../identity/signatures.ts");
  try {
    return nkeySigner(seed);
  } catch (cause) {
    throw new BusError(`The user seed in ${where} is damaged: its checksum does not fit`, { cause });
  }
}
