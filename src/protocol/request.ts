// A prompt as it arrives: plain text, or a JSON envelope (§5).

import type { Attachment } from "./attachment.ts";
import { attachmentToJson, decodeAttachment } from "./attachment.ts";
import type { ServiceErrorName } from "./service-error.ts";
import { ServiceError } from "./service-error.ts";

export interface PromptRequest {
  readonly prompt: string;
  readonly attachments: readonly Attachment[];
  /** The conversation to continue: 1–128 characters. */
  readonly session?: string;
  /** Idempotency key, 1–128 characters: the same prompt sent again with it is not run again (ours, §5.6). */
  readonly requestId?: string;
  /** All other top-level fields, kept as they came. */
  readonly extra: Readonly<Record<string, unknown>>;
}

const maxNameLength = 128;
const brace = 0x7b;

/** Reads a request payload. Throws a `ServiceError` of code 400 that names what is wrong. */
export function decodeRequest(payload: Uint8Array, options: { readonly acceptsAttachments: boolean }): PromptRequest {
  const start = payload.findIndex((byte) => !isSpace(byte));
  if (start === -1) throw malformed("empty_prompt", "The prompt is empty");
  const text = decodeUtf8(payload);
  if (payload[start] !== brace) return { prompt: text, attachments: [], extra: {} };
  const { prompt, attachments, session, request_id: requestId, ...extra } = parseEnvelope(text);
  if (typeof prompt !== "string") throw malformed("invalid_envelope", 'The envelope has no string "prompt"');
  if (prompt.trim() === "") throw malformed("empty_prompt", 'The envelope has an empty "prompt"');
  return {
    prompt,
    attachments: decodeAttachments(attachments, options.acceptsAttachments),
    ...decodeSession(session),
    ...decodeRequestId(requestId),
    extra,
  };
}

/** The payload of a request: plain text when nothing but a prompt is sent and it cannot be mistaken for an envelope. */
export function encodeRequest(request: {
  readonly prompt: string;
  readonly attachments?: readonly Attachment[];
  readonly session?: string;
  readonly requestId?: string;
  readonly extra?: Readonly<Record<string, unknown>>;
}): Uint8Array {
  const { prompt, attachments = [], session, requestId, extra = {} } = request;
  const fields = {
    ...extra,
    ...(session === undefined ? {} : { session }),
    ...(requestId === undefined ? {} : { request_id: requestId }),
  };
  const isPlain = attachments.length === 0 && Object.keys(fields).length === 0;
  if (isPlain && !/^[\t\n\r ]*\{/.test(prompt)) return new TextEncoder().encode(prompt);
  const envelope = {
    ...fields,
    prompt,
    ...(attachments.length === 0 ? {} : { attachments: attachments.map(attachmentToJson) }),
  };
  return new TextEncoder().encode(JSON.stringify(envelope));
}

function decodeUtf8(payload: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(payload);
  } catch (cause) {
    if (cause instanceof TypeError) throw malformed("invalid_utf8", "The payload is not valid UTF-8");
    throw cause;
  }
}

function parseEnvelope(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed("invalid_json", 'The payload starts with "{" but is not valid JSON; send plain text otherwise');
  }
  // Text that starts with a brace and parses is an object.
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function decodeAttachments(value: unknown, isAccepted: boolean): Attachment[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw malformed("invalid_attachment", '"attachments" is not a list');
  if (value.length === 0) return [];
  if (!isAccepted) throw malformed("attachments_not_accepted", "This agent takes no attachments");
  return value.map((item: unknown, index) => {
    const attachment = decodeAttachment(item);
    if (typeof attachment === "string") throw malformed("invalid_attachment", `Attachment ${index + 1} ${attachment}`);
    return attachment;
  });
}

function decodeSession(value: unknown): { session?: string } {
  if (value === undefined || value === null) return {};
  if (isName(value)) return { session: value };
  throw malformed("invalid_session", `"session" must be a string of 1 to ${maxNameLength} characters`);
}

function decodeRequestId(value: unknown): { requestId?: string } {
  if (value === undefined || value === null) return {};
  if (isName(value)) return { requestId: value };
  throw malformed("invalid_request_id", `"request_id" must be a string of 1 to ${maxNameLength} characters`);
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "" && isAtMost(value, maxNameLength);
}

/** Characters are code points, as in most languages: an emoji counts once. */
function isAtMost(text: string, characters: number): boolean {
  return text.length <= characters || (text.length <= 2 * characters && Array.from(text).length <= characters);
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

function malformed(error: ServiceErrorName, message: string): ServiceError {
  return new ServiceError(400, error, message);
}
