// What must hold before a prompt is published (§4.3, §5.4): the agent's version, its limits, and the server's.

import type { Attachment } from "../../protocol/attachment.ts";
import { encodeRequest } from "../../protocol/request.ts";
import type { SenderTrust } from "../../protocol/sender-rules.ts";
import { formatSize } from "../../protocol/sizes.ts";
import type { Compatibility } from "../../protocol/version.ts";
import { protocolVersion } from "../../protocol/version.ts";
import { CallError } from "./call-error.ts";

/** Whom to call, as discovery said it. */
export interface CallTarget {
  readonly promptSubject: string;
  readonly acceptsAttachments: boolean;
  readonly maxPayloadBytes?: number;
  readonly protocolVersion: string;
  readonly compatibility: Compatibility;
  /** Default `any`. */
  readonly minSenderTrust?: SenderTrust;
}

/** NATS headers by name. */
export type Headers = Readonly<Record<string, string>>;

/** A prompt, or the answer to a question. */
export interface CallRequest {
  readonly prompt: string;
  readonly attachments?: readonly Attachment[];
  /** The conversation to continue: 1–128 characters. */
  readonly session?: string;
  /**
   * Idempotency key, 1–128 characters: the same prompt sent again with it joins the running answer, or gets the finished one. For signed prompts,
   * or within one `session`.
   */
  readonly requestId?: string;
  /** Further top-level fields of the envelope (§5.6). */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** The payload to publish. Throws a `CallError` for what the agent or the server would refuse. */
export function prepareRequest(
  target: CallTarget,
  request: CallRequest,
  limits: { readonly serverMaxBytes: number; readonly headers?: Headers },
): Uint8Array {
  refuseOtherMajor(target);
  if (request.prompt.trim() === "") throw new CallError("empty_prompt", "The prompt is empty");
  if ((request.attachments ?? []).length > 0 && !target.acceptsAttachments) {
    throw new CallError("attachments_not_accepted", "This agent takes no attachments");
  }
  const payload = encodeRequest(request);
  checkRequestSize(payload, target, limits);
  return payload;
}

/** Throws a `CallError` when payload and headers together are more than the agent or the server takes (§5.4, §13.5.1). */
export function checkRequestSize(
  payload: Uint8Array,
  target: CallTarget,
  limits: { readonly serverMaxBytes: number; readonly headers?: Headers },
): void {
  const bytes = messageBytes(payload, limits.headers);
  checkSize(bytes, target.maxPayloadBytes, "this agent takes");
  checkSize(bytes, limits.serverMaxBytes, "the NATS server takes");
}

/** Bytes that count against a limit: payload and headers as the wire carries them. */
export function messageBytes(payload: Uint8Array, headers?: Headers): number {
  if (headers === undefined) return payload.byteLength;
  let bytes = "NATS/1.0\r\n\r\n".length;
  for (const [name, value] of Object.entries(headers)) bytes += byteLength(`${name}: ${value}\r\n`);
  return payload.byteLength + bytes;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

function refuseOtherMajor(target: CallTarget): void {
  if (target.compatibility !== "other-major" && target.compatibility !== "unreadable") return;
  throw new CallError(
    "incompatible_version",
    `The agent speaks protocol version "${target.protocolVersion}", and this caller speaks ${protocolVersion}`,
  );
}

function checkSize(bytes: number, limit: number | undefined, whose: string): void {
  if (limit === undefined || bytes <= limit) return;
  throw new CallError(
    "payload_too_large",
    `The prompt takes ${bytes} bytes with its attachments, and ${whose} at most ${formatSize(limit)}`,
  );
}
