// The `Agent-Sender` header of a message that is about to be published (§13.5, §13.6).

import { encodeBase64url } from "../../protocol/base64url.ts";
import type { SignedSender } from "../../protocol/sender-header.ts";
import { encodeSenderHeader, senderHeader } from "../../protocol/sender-header.ts";
import { senderBytes } from "../../protocol/signed-bytes.ts";
import { uniqueId } from "../unique-id.ts";
import type { AnySigner, SigningIdentity } from "./signer.ts";

export interface MessageToSign {
  /** As it will be published. */
  readonly subject: string;
  readonly payload: Uint8Array;
  /** RFC 3339, UTC. */
  readonly ts: string;
}

/** Headers to publish the message with: fresh for each. */
export function signMessage({ id, signer }: SigningIdentity, message: MessageToSign): Record<string, string> {
  const unsigned = unsignedSender(id, message);
  const signature = signer.sign(senderBytes(unsigned, signer.sha256(message.payload)));
  return headers(unsigned, signature);
}

/** The same with any signer. */
export async function signMessageWith(
  { id, signer }: SigningIdentity<AnySigner>,
  message: MessageToSign,
): Promise<Record<string, string>> {
  const unsigned = unsignedSender(id, message);
  const signature = await signer.sign(senderBytes(unsigned, await signer.sha256(message.payload)));
  return headers(unsigned, signature);
}

type UnsignedSender = Omit<SignedSender, "sig" | "name">;

function unsignedSender({ account, user }: SigningIdentity["id"], { subject, ts }: MessageToSign): UnsignedSender {
  return { account, user, sub: subject, ts, nonce: uniqueId() };
}

function headers(unsigned: UnsignedSender, signature: Uint8Array): Record<string, string> {
  return { [senderHeader]: encodeSenderHeader({ ...unsigned, sig: encodeBase64url(signature) }) };
}
