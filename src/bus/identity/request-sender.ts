// Who a caller is, and the header that proves it to whom it calls (§13.4 to §13.6).

import { formatTimestamp } from "../../protocol/timestamp.ts";
import type { CallerBus } from "../calling/caller-bus.ts";
import { ownIdentity, type OwnIdentity } from "./own-identity.ts";
import { signMessageWith } from "./sign-message.ts";
import type { AnySigner } from "./signer.ts";

export interface SenderCredentials {
  /** A user's JWT, as in a credentials file. */
  readonly jwt?: string;
  /** Absent: nothing can be signed. */
  readonly signer?: AnySigner;
}

export type SenderHeaders =
  /** To be published with the message, which is then signed. */
  | { readonly type: "signed"; readonly headers: Readonly<Record<string, string>> }
  /** It goes without a header, and why. */
  | { readonly type: "unsigned"; readonly why: string };

/** Signs what is sent over one bus. Nothing of it rejects. */
export interface RequestSender {
  /** The headers of one message: fresh for each, a message that is sent again needs new ones. */
  headers(message: { readonly subject: string; readonly payload: Uint8Array }): Promise<SenderHeaders>;
}

/** What is not known now is asked for again no sooner. */
const retryMs = 5_000;

const noSigner = "this connection has no NKEY: connect with an NKEY or a credentials file";

/**
 * @param credentials those of the present connection: other ones after a reconnect are asked for anew
 */
export function requestSender(bus: CallerBus, credentials: () => SenderCredentials): RequestSender {
  const identity = rememberedIdentity(bus);
  return {
    headers: async ({ subject, payload }) => {
      const held = credentials();
      const { signer } = held;
      if (signer === undefined) return { type: "unsigned", why: noSigner };
      const found = await identity(held, signer);
      if (found.state !== "known") return { type: "unsigned", why: found.why };
      const message = { subject, payload, ts: formatTimestamp(Date.now()) };
      return { type: "signed", headers: await signMessageWith({ id: found.id, signer }, message) };
    },
  };
}

/** Asks once for each set of credentials; what is unknown is not remembered for long. */
function rememberedIdentity(bus: CallerBus): (held: SenderCredentials, signer: AnySigner) => Promise<OwnIdentity> {
  let asked: { readonly held: SenderCredentials; readonly answer: Promise<OwnIdentity>; untilMs: number } | undefined;
  return (held, { user }) => {
    if (asked?.held === held && performance.now() < asked.untilMs) return asked.answer;
    const { jwt } = held;
    const answer = ownIdentity(bus, { ...(jwt === undefined ? {} : { jwt }), user });
    const question = { held, answer, untilMs: Number.POSITIVE_INFINITY };
    asked = question;
    void answer.then(({ state }) => {
      if (state === "unknown") question.untilMs = performance.now() + retryMs;
    });
    return answer;
  };
}
