// Who a connection is on NATS (§13.4): by the JWT of its credentials, else by the server's word.

import type { AgentId } from "../../protocol/agent-id.ts";
import { formatAgentId, isAccount, parseAgentId } from "../../protocol/agent-id.ts";
import { isUserNkey } from "../../protocol/nkey.ts";
import type { CallerBus } from "../calling/caller-bus.ts";
import { objectOf, requestOnce } from "../jobs/jetstream.ts";
import { JobError } from "../jobs/job-error.ts";

export const userInfoSubject = "$SYS.REQ.USER.INFO";
const userInfoMs = 2_000;

export type OwnIdentity =
  | { readonly state: "known"; readonly id: AgentId; readonly source: "credentials" | "server" }
  /** The connection has no NKEY user, or its account has no name that can be written. */
  | { readonly state: "none"; readonly why: string }
  /** Nobody said, or what was said cannot be so. Worth another try. */
  | { readonly state: "unknown"; readonly why: string };

/** `user`: the public NKEY of the seed that is held, if any; an identity is that user's or none. Never rejects. */
export async function ownIdentity(
  bus: CallerBus,
  credentials: { readonly jwt?: string; readonly user?: string },
): Promise<OwnIdentity> {
  const found = credentials.jwt === undefined ? await byServer(bus) : await byJwt(credentials.jwt);
  const { user } = credentials;
  if (found.state !== "known" || user === undefined || found.id.user === user) return found;
  const whose = found.source === "server" ? "The server says that we are" : "The credentials' JWT is of";
  return { state: "unknown", why: `${whose} "${found.id.user}", and the seed is of "${user}"` };
}

async function byJwt(jwt: string): Promise<OwnIdentity> {
  const { decode } = await import("@nats-io/jwt");
  try {
    const { sub, iss, nats } = decode(jwt);
    const account = objectOf(nats)["issuer_account"] ?? iss;
    const id = typeof account === "string" ? parseAgentId(formatAgentId({ account, user: sub })) : undefined;
    if (id !== undefined) return { state: "known", id, source: "credentials" };
    return { state: "unknown", why: "The credentials' JWT names no user of an account" };
  } catch (cause) {
    return { state: "unknown", why: `The credentials' JWT cannot be read: ${String(cause)}` };
  }
}

async function byServer(bus: CallerBus): Promise<OwnIdentity> {
  try {
    const answer = await requestOnce(bus, userInfoSubject, new Uint8Array(), { timeoutMs: userInfoMs });
    return readUserInfo(answer.string());
  } catch (error) {
    if (!(error instanceof JobError)) throw error;
    return { state: "unknown", why: `The server did not say who we are: ${error.message}` };
  }
}

/** Reads the answer to `$SYS.REQ.USER.INFO`. */
export function readUserInfo(text: string): OwnIdentity {
  const { user, account } = userInfo(text);
  if (account === undefined) return { state: "unknown", why: "The server's answer to who we are cannot be read" };
  if (user === undefined || user === "") return { state: "none", why: "The connection has no user" };
  if (!isUserNkey(user)) return { state: "none", why: "The connection's user is no NKEY" };
  if (isAccount(account)) return { state: "known", id: { account, user }, source: "server" };
  const name = JSON.stringify(account);
  return {
    state: "none",
    why: `The account's name ${name} cannot be written in an identity: only A-Z, a-z, 0-9, "_" and "-"`,
  };
}

function userInfo(text: string): { readonly user?: string; readonly account?: string } {
  try {
    const { user, account } = objectOf(objectOf(JSON.parse(text))["data"]);
    return {
      ...(typeof user === "string" ? { user } : {}),
      ...(typeof account === "string" ? { account } : {}),
    };
  } catch {
    return {}; // Not JSON, hence no answer of the server.
  }
}
