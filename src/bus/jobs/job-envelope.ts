// A job as it arrives in the queue: a prompt's payload, with what is said of the job itself in headers or in fields beside the prompt.

import { createHash } from "node:crypto";
import { parseDuration } from "../../manifest/units.ts";
import type { AgentAddress } from "../../protocol/subjects.ts";
import { objectOf } from "./jetstream.ts";

export const idHeader = "Nats-Msg-Id";
export const ownIdHeader = "Muster-Job-Id";
export const ttlHeader = "Muster-Ttl";
export const attemptsHeader = "Muster-Attempts";
/** Sequence of the failed result that a replay replaces. */
export const replayHeader = "Muster-Replays";

export const defaultTtlMs = 24 * 3_600_000;
export const longestTtlMs = 7 * 24 * 3_600_000;
export const defaultAttempts = 5;
export const mostAttempts = 100;

export interface JobTerms {
  readonly id: string;
  /** From when it was kept. */
  readonly ttlMs: number;
  /** Tries after which it is set aside. */
  readonly attempts: number;
  readonly replaces?: number;
}

/** Whether the text may be a job's id. */
export function isJobId(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,128}$/.test(text);
}

/** The headers of a job's id. The server knows a message again among those for all agents of an owner, whose jobs may have one id. */
export function idHeaders({ name }: AgentAddress, id: string, replaces?: number): Readonly<Record<string, string>> {
  const message = replaces === undefined ? id : `${id}.replay.${replaces}`;
  return { [idHeader]: `${name}.${message}`, [ownIdHeader]: id };
}

/**
 * What is said of a job. A header wins over a field of the same meaning; what cannot be read counts as not said, so that nothing that was kept is
 * refused. An id that cannot stand in a subject is replaced by its hash; without one the queue's sequence number is the id.
 */
export function jobTerms(message: {
  readonly payload: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  readonly seq: number;
}): JobTerms {
  const { headers } = message;
  const fields = envelopeFields(message.payload);
  const id = headers[ownIdHeader] ?? headers[idHeader] ?? textOf(fields["id"]);
  const replaces = wholeNumber(headers[replayHeader]);
  return {
    id: id === undefined || id === "" ? `seq-${message.seq}` : isJobId(id) ? id : `sha256-${digest(id).slice(0, 32)}`,
    ttlMs: Math.min(longestTtlMs, ttlMs(headers[ttlHeader]) ?? ttlMs(fields["ttl"]) ?? defaultTtlMs),
    attempts: Math.min(
      mostAttempts,
      wholeNumber(headers[attemptsHeader]) ?? wholeNumber(fields["attempts"]) ?? defaultAttempts,
    ),
    ...(replaces === undefined ? {} : { replaces }),
  };
}

/** Hex SHA-256: two jobs of one id are the same when their payloads' digests are. */
export function digest(payload: Uint8Array | string): string {
  return createHash("sha256").update(payload).digest("hex");
}

/** A duration text such as `1d`, or a number of seconds. */
function ttlMs(value: unknown): number | undefined {
  const seconds = wholeNumber(value);
  const ms = seconds === undefined ? (typeof value === "string" ? parseDuration(value) : undefined) : seconds * 1_000;
  return ms === undefined || ms <= 0 ? undefined : ms;
}

function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function envelopeFields(payload: Uint8Array): Readonly<Record<string, unknown>> {
  const text = new TextDecoder().decode(payload).trimStart();
  if (!text.startsWith("{")) return {};
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return {}; // Its own decoding says what is wrong with it.
  }
}
