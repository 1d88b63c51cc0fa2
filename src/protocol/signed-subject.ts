// Whether a sender may have signed the subject that it did (§13.7.1): always an equality, never a pattern.

import type { SignedSender } from "./sender-header.ts";

export interface SubjectRules {
  /** Counted from 1. */
  readonly accountTokenPosition?: number;
  /** Subjects that we know the message had before it was moved. */
  readonly movedFrom: readonly string[];
}

/** `account`: the token that the server put in is not the header's account, or is not there. */
export function isAcceptableSubject(
  { sub, account }: Pick<SignedSender, "sub" | "account">,
  arrivalSubject: string,
  { accountTokenPosition, movedFrom }: SubjectRules,
): "yes" | "subject" | "account" {
  if (accountTokenPosition === undefined) {
    return sub === arrivalSubject || movedFrom.includes(sub) ? "yes" : "subject";
  }
  const tokens = arrivalSubject.split(".");
  if (tokens[accountTokenPosition - 1] !== account) return "account";
  const withoutAccount = tokens.toSpliced(accountTokenPosition - 1, 1).join(".");
  return sub === arrivalSubject || sub === withoutAccount || movedFrom.includes(sub) ? "yes" : "subject";
}
