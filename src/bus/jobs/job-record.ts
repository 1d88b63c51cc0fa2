// What is kept of a job beside its message in the queue: its result, once, and what was tried so far.

import type { Attachment } from "../../protocol/attachment.ts";
import { attachmentToJson, decodeAttachment } from "../../protocol/attachment.ts";
import { decodeBase64, encodeBase64 } from "../../protocol/base64.ts";
import type { ServiceError } from "../../protocol/service-error.ts";
import { type TraceContext, traceHeaders } from "../../protocol/trace-context.ts";
import { objectOf } from "./jetstream.ts";
import { keptTrace } from "./kept-trace.ts";

export type FinalState = "done" | "failed" | "expired";

export interface JobFailure {
  readonly code: number;
  readonly error: string;
  readonly message: string;
}

export interface JobResult {
  readonly id: string;
  readonly state: FinalState;
  readonly attempts: number;
  /** ISO 8601, by the clock of whoever kept it. */
  readonly submittedAt: string;
  readonly finishedAt: string;
  /** Of the job's payload. */
  readonly digest: string;
  readonly text: string;
  readonly attachments: readonly Attachment[];
  /** Of `failed` and `expired`. */
  readonly error?: JobFailure;
  /** The job's payload, of `failed` and `expired`, for a replay; absent when it was too large to be kept along. */
  readonly job?: Uint8Array;
  /** The job's `Agent-Sender` header, kept beside it. */
  readonly sender?: string;
  /** The trace that it is a part of, kept likewise. */
  readonly trace?: TraceContext;
}

export interface JobProgress {
  /** Its place in the queue. */
  readonly seq: number;
  readonly state: "running" | "retrying";
  /** Tries that count, the running one included: it counts also when its process is killed. */
  readonly attempts: number;
  readonly error?: JobFailure;
}

export function failureOf({ code, error, message }: ServiceError): JobFailure {
  return { code, error, message };
}

export function encodeResult(result: JobResult): Uint8Array {
  const { submittedAt, finishedAt, attachments, text, error, job, trace, ...rest } = result;
  return toBytes({
    ...rest,
    submitted_at: submittedAt,
    finished_at: finishedAt,
    ...(result.state === "done" ? { text } : {}),
    ...(attachments.length === 0 ? {} : { attachments: attachments.map(attachmentToJson) }),
    ...(error === undefined ? {} : { error }),
    ...(job === undefined ? {} : { job: encodeBase64(job) }),
    ...(trace === undefined ? {} : { trace: traceHeaders(trace) }),
  });
}

/** Undefined for what is no result. */
export function decodeResult(payload: Uint8Array): JobResult | undefined {
  const fields = fromBytes(payload);
  const { id, state, attempts, submitted_at: submittedAt, finished_at: finishedAt, digest, text, job, sender } = fields;
  if (typeof id !== "string" || (state !== "done" && state !== "failed" && state !== "expired")) return undefined;
  const error = decodeFailure(fields["error"]);
  const kept = typeof job === "string" ? decodeBase64(job) : undefined;
  const trace = keptTrace(fields["trace"]);
  return {
    id,
    state,
    attempts: numberOf(attempts),
    submittedAt: textOf(submittedAt),
    finishedAt: textOf(finishedAt),
    digest: textOf(digest),
    text: textOf(text),
    attachments: decodeAttachments(fields["attachments"]),
    ...(error === undefined ? {} : { error }),
    ...(kept === undefined ? {} : { job: kept }),
    ...(typeof sender === "string" ? { sender } : {}),
    ...(trace === undefined ? {} : { trace }),
  };
}

export function encodeProgress(progress: JobProgress): Uint8Array {
  return toBytes({ ...progress });
}

/** Undefined for what is no progress record. */
export function decodeProgress(payload: Uint8Array): JobProgress | undefined {
  const fields = fromBytes(payload);
  const { seq, state, attempts } = fields;
  if (typeof seq !== "number" || (state !== "running" && state !== "retrying")) return undefined;
  const error = decodeFailure(fields["error"]);
  return {
    seq,
    state,
    attempts: numberOf(attempts),
    ...(error === undefined ? {} : { error }),
  };
}

function decodeFailure(value: unknown): JobFailure | undefined {
  if (value === undefined) return undefined;
  const { code, error, message } = objectOf(value);
  return { code: numberOf(code), error: textOf(error), message: textOf(message) };
}

function decodeAttachments(value: unknown): Attachment[] {
  if (!Array.isArray(value)) return [];
  return value.map((item: unknown) => decodeAttachment(item)).filter((item) => typeof item !== "string");
}

function toBytes(value: Readonly<Record<string, unknown>>): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function fromBytes(payload: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    return objectOf(JSON.parse(new TextDecoder().decode(payload)));
  } catch {
    return {}; // Not ours: the caller is told that it is no record.
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
