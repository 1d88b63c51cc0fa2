// The messages of a response stream (§6, §7): compact JSON `{"type","data"}`.

import { type ApprovalMark, decodeApprovalMark } from "./approval.ts";
import type { Attachment, RefusedFile } from "./attachment.ts";
import { attachmentToJson, decodeAttachment, refusedFile } from "./attachment.ts";

/** An attachment that was left out. */
export interface RefusedAttachment {
  readonly reason: string;
  /** Absent: too little is known of it. */
  readonly file?: RefusedFile;
}

export type Chunk =
  | { readonly type: "status"; readonly status: string }
  | {
      readonly type: "response";
      readonly text: string;
      readonly attachments: readonly Attachment[];
      /** Attachments that were left out; the text counts all the same. */
      readonly refused?: readonly RefusedAttachment[];
    }
  | {
      readonly type: "query";
      readonly id: string;
      readonly replySubject: string;
      readonly prompt: string;
      readonly attachments: readonly Attachment[];
      readonly refused?: readonly RefusedAttachment[];
      /** It asks for leave to act (ours). */
      readonly approval?: ApprovalMark;
    }
  /** A type this version does not know: ignored by callers, but a sign of life. */
  | { readonly type: "unknown"; readonly name: string }
  /** Not a chunk at all. */
  | { readonly type: "malformed"; readonly reason: string };

/** The first chunk of every stream. */
export const ackChunk = encodeStatus("ack");

export function encodeStatus(status: string): string {
  return `{"type":"status","data":${JSON.stringify(status)}}`;
}

export function encodeText(text: string): string {
  return `{"type":"response","data":${JSON.stringify(text)}}`;
}

export function encodeResponse(text: string, attachments: readonly Attachment[]): string {
  if (attachments.length === 0) return encodeText(text);
  return JSON.stringify({ type: "response", data: { text, attachments: attachments.map(attachmentToJson) } });
}

/** A question to the caller (§7); its answer is published to `replySubject`. */
export function encodeQuery(query: {
  readonly id: string;
  readonly replySubject: string;
  readonly prompt: string;
  readonly attachments: readonly Attachment[];
  readonly approval?: ApprovalMark;
}): string {
  const { id, replySubject, prompt, attachments, approval } = query;
  const files = attachments.length === 0 ? {} : { attachments: attachments.map(attachmentToJson) };
  return JSON.stringify({ type: "query", data: { id, reply_subject: replySubject, prompt, ...files, approval } });
}

/**
 * Packs attachments into as few response chunks as fit `limitBytes` each, in order. `tooLarge` are those that no chunk can hold: they are in
 * none.
 */
export function packAttachments(
  attachments: readonly Attachment[],
  limitBytes: number,
): { readonly chunks: readonly string[]; readonly tooLarge: readonly Attachment[] } {
  const open = '{"type":"response","data":{"text":"","attachments":[';
  const close = "]}}";
  const room = limitBytes - open.length - close.length;
  const chunks: string[] = [];
  const tooLarge: Attachment[] = [];
  let pieces: string[] = [];
  let used = 0;
  const finish = (): void => {
    if (pieces.length > 0) chunks.push(open + pieces.join(",") + close);
    pieces = [];
    used = 0;
  };
  for (const attachment of attachments) {
    const piece = JSON.stringify(attachmentToJson(attachment));
    const bytes = utf8Length(piece);
    if (bytes > room) {
      tooLarge.push(attachment);
      continue;
    }
    if (used + bytes + pieces.length > room) finish();
    pieces.push(piece);
    used += bytes;
  }
  finish();
  return { chunks, tooLarge };
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Reads one message of a stream. Never throws. */
export function decodeChunk(payload: string): Chunk {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    return { type: "malformed", reason: "not JSON" };
  }
  if (!isRecord(value) || typeof value["type"] !== "string") return { type: "malformed", reason: 'no string "type"' };
  const data = value["data"];
  switch (value["type"]) {
    case "status":
      return typeof data === "string"
        ? { type: "status", status: data }
        : { type: "malformed", reason: "a status that is no string" };
    case "response":
      return decodeResponse(data);
    case "query":
      return decodeQuery(data);
    default:
      return { type: "unknown", name: value["type"] };
  }
}

function decodeResponse(data: unknown): Chunk {
  if (typeof data === "string") return { type: "response", text: data, attachments: [] };
  if (!isRecord(data)) return { type: "malformed", reason: "a response without data" };
  const text = data["text"] ?? "";
  if (typeof text !== "string") return { type: "malformed", reason: "a response text that is no string" };
  return { type: "response", text, ...decodeList(data["attachments"]) };
}

function decodeQuery(data: unknown): Chunk {
  if (!isRecord(data)) return { type: "malformed", reason: "a query without data" };
  const { id, reply_subject: replySubject, prompt } = data;
  if (typeof id !== "string" || typeof replySubject !== "string" || typeof prompt !== "string" || replySubject === "") {
    return { type: "malformed", reason: "a query without id, reply_subject or prompt" };
  }
  const approval = decodeApprovalMark(data["approval"]);
  const mark = approval === undefined ? {} : { approval };
  return { type: "query", id, replySubject, prompt, ...decodeList(data["attachments"]), ...mark };
}

function decodeList(value: unknown): { attachments: Attachment[]; refused?: RefusedAttachment[] } {
  if (value === undefined || value === null) return { attachments: [] };
  if (!Array.isArray(value)) return { attachments: [], refused: [{ reason: "attachments that are no list" }] };
  const attachments: Attachment[] = [];
  const refused: RefusedAttachment[] = [];
  for (const item of value) {
    const attachment = decodeAttachment(item);
    if (typeof attachment !== "string") {
      attachments.push(attachment);
      continue;
    }
    const file = refusedFile(item);
    refused.push({ reason: `an attachment that ${attachment}`, ...(file === undefined ? {} : { file }) });
  }
  return refused.length === 0 ? { attachments } : { attachments, refused };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
