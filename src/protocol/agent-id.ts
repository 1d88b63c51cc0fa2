// Who somebody is on NATS (§13.2, §13.3): an account and a user, and the one text form of the two.

import { isAccountNkey, isUserNkey } from "./nkey.ts";

export interface AgentId {
  /** An account's NKEY, the name of a configured account, or `$G`. The holder's own word, unless something else attests it. */
  readonly account: string;
  /** A user's NKEY: what a signature proves. */
  readonly user: string;
}

const nkeyLength = 56;

/** `{account}.{user}` */
export function formatAgentId({ account, user }: AgentId): string {
  return `${account}.${user}`;
}

/** Undefined for all but the canonical form, NKEYs checked. */
export function parseAgentId(text: string): AgentId | undefined {
  const [account, user, ...rest] = text.split(".");
  if (account === undefined || user === undefined || rest.length > 0) return undefined;
  return isAccount(account) && isUserNkey(user) ? { account, user } : undefined;
}

/** An account's NKEY, a name that can stand in a subject, or the global account. What looks like an NKEY must be one. */
export function isAccount(text: string): boolean {
  if (text.startsWith("A") && text.length === nkeyLength) return isAccountNkey(text);
  return text === "$G" || /^[A-Za-z0-9_-]+$/.test(text);
}
