// The `Agent-Sender` header (§13.5): one line of JSON that says who sends a message, and, when signed, proves it.

import type { AgentId } from "./agent-id.ts";
import { isAccount } from "./agent-id.ts";
import { decodeBase64url } from "./base64url.ts";
import { isUserNkey } from "./nkey.ts";
import { parseTimestamp } from "./timestamp.ts";

/** Matched case-sensitively. */
export const senderHeader = "Agent-Sender";

/** A longer value is malformed: ours, the protocol names no limit. */
export const maxSenderHeaderBytes = 4096;

const signatureBytes = 64;

/** A header without `sig`: a claim, for display only. */
export interface SenderClaim extends AgentId {
  /** For display, outside the signature. */
  readonly name?: string;
}

/** A header whose signature can be looked at. */
export interface SignedSender extends SenderClaim {
  /** The subject that was signed. */
  readonly sub: string;
  /** RFC 3339, UTC. */
  readonly ts: string;
  readonly nonce: string;
  /** Base64url of 64 bytes. */
  readonly sig: string;
}

export type ParsedSender =
  /** No header, or one of a version that we do not know. */
  | { readonly type: "absent" }
  | { readonly type: "malformed"; readonly problem: string }
  | { readonly type: "claim"; readonly claim: SenderClaim }
  | { readonly type: "signed"; readonly signed: SignedSender };

/** Reads all values that a message has under the header's name. Never throws. */
export function parseSenderHeader(values: readonly string[]): ParsedSender {
  const [value, ...more] = values;
  if (value === undefined) return { type: "absent" };
  if (more.length > 0) return malformed("it stands there more than once");
  if (new TextEncoder().encode(value).byteLength > maxSenderHeaderBytes) {
    return malformed(`it is longer than ${maxSenderHeaderBytes} bytes`);
  }
  const fields = parseFields(value);
  if (fields === undefined) return malformed("it is no JSON object");
  const { v } = fields;
  if (typeof v !== "number") return malformed('"v" is missing or no number');
  return v === 1 ? parseVersion1(fields) : { type: "absent" };
}

/** The header's value: compact, one line, fields in the order of the protocol's examples. */
export function encodeSenderHeader(sender: SenderClaim | SignedSender): string {
  const { account, user, name } = sender;
  const proof = "sig" in sender ? { sub: sender.sub, ts: sender.ts, nonce: sender.nonce, sig: sender.sig } : {};
  return JSON.stringify({ v: 1, account, user, ...(name === undefined ? {} : { name }), ...proof });
}

function parseVersion1(fields: Readonly<Record<string, unknown>>): ParsedSender {
  const { account, user, name, sub, ts, nonce, sig } = fields;
  if (typeof account !== "string" || !isAccount(account)) return malformed('"account" is missing or no account');
  if (typeof user !== "string" || !isUserNkey(user)) return malformed('"user" is missing or no user NKEY');
  if (name !== undefined && typeof name !== "string") return malformed('"name" is no text');
  if (sub !== undefined && !isSubject(sub)) return malformed('"sub" is no subject');
  if (ts !== undefined && !isTimestamp(ts)) return malformed('"ts" is no RFC 3339 time in UTC');
  if (nonce !== undefined && !isNonce(nonce)) return malformed('"nonce" is not 1 to 64 of A-Z, a-z, 0-9, "_" and "-"');
  if (sig !== undefined && !isSignature(sig)) return malformed('"sig" is no base64url of 64 bytes');
  const claim = { account, user, ...(name === undefined ? {} : { name }) };
  if (sig === undefined) return { type: "claim", claim };
  if (sub === undefined || ts === undefined || nonce === undefined) {
    return malformed('"sig" stands there without all of "sub", "ts" and "nonce"');
  }
  return { type: "signed", signed: { ...claim, sub, ts, nonce, sig } };
}

function parseFields(value: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : undefined;
  } catch {
    return undefined; // Not JSON.
  }
}

function isSubject(value: unknown): value is string {
  return typeof value === "string" && /^[^.\s\u0000-\u001f\u007f]+(?:\.[^.\s\u0000-\u001f\u007f]+)*$/u.test(value);
}

function isTimestamp(value: unknown): value is string {
  return typeof value === "string" && parseTimestamp(value) !== undefined;
}

function isNonce(value: unknown): value is string {
  return typeof value === "string" && /^[A-Za-z0-9_-]{1,64}$/.test(value);
}

function isSignature(value: unknown): value is string {
  return typeof value === "string" && decodeBase64url(value)?.byteLength === signatureBytes;
}

function malformed(problem: string): ParsedSender {
  return { type: "malformed", problem };
}
