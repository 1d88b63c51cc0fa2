// Errors as the wire carries them: two headers and a JSON body (§9).

export const codeHeader = "Nats-Service-Error-Code";
export const textHeader = "Nats-Service-Error";

/** 400 malformed, 401 not authenticated, 403 refused, 404 not found, 409 conflict, 429 busy, 500 internal. No others. */
export type ServiceErrorCode = 400 | 401 | 403 | 404 | 409 | 429 | 500;

/** Stable names: clients in other languages switch on them (docs/errors.md). */
export type ServiceErrorName =
  | "empty_prompt"
  | "invalid_utf8"
  | "invalid_json"
  | "invalid_envelope"
  | "invalid_attachment"
  | "invalid_session"
  | "invalid_request_id"
  | "request_id_conflict"
  | "attachments_not_accepted"
  | "unsupported_attachment"
  | "payload_too_large"
  | "prompt_too_long"
  | "invalid_sender"
  | "signature_required"
  | "sender_refused"
  | "sender_not_allowed"
  | "too_many_hops"
  | "rate_limited"
  | "busy"
  | "address_taken"
  | "model_unreachable"
  | "model_not_found"
  | "model_no_memory"
  | "tool_unavailable"
  | "configuration_missing"
  | "budget_spent"
  | "prompt_denied"
  | "answer_denied"
  | "model_refused"
  | "model_timeout"
  | "memory_unavailable"
  | "model_invalid"
  | "turn_limit"
  | "deadline_exceeded"
  | "shutting_down"
  | "caller_gone"
  | "bus_lost"
  | "attachment_too_large"
  | "answer_too_large"
  | "expired"
  | "interrupted"
  | "internal";

/** Further fields of the body, all documented. */
export interface ServiceErrorFields {
  readonly retry_after_s?: number;
  readonly [field: string]: string | number | boolean | undefined;
}

/** An error that a caller may read: `message` never holds a stack, a path or a secret. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  readonly code: ServiceErrorCode;
  readonly error: ServiceErrorName;
  readonly fields: ServiceErrorFields;

  constructor(code: ServiceErrorCode, error: ServiceErrorName, message: string, fields: ServiceErrorFields = {}) {
    super(message);
    this.code = code;
    this.error = error;
    this.fields = fields;
  }
}

/** JSON body of an error message. */
export function encodeErrorBody(error: ServiceError): string {
  return JSON.stringify({ error: error.error, message: error.message, ...error.fields });
}

/** An error header value may hold no line break, and stays short. */
export function errorHeaderText(error: ServiceError): string {
  return error.message.replace(/[\r\n\u0000-\u001f\u007f]+/g, " ").slice(0, 256);
}

/** An error as another implementation may have sent it: any code, any name, perhaps no readable body. */
export interface ReceivedError {
  readonly code: number;
  readonly error: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Reads an error message from its two header values and its body. Never throws. */
export function decodeError(code: string, text: string, body: string): ReceivedError {
  const fields = parseObject(body);
  const { error, message, ...rest } = fields;
  return {
    code: /^\d{3}$/.test(code.trim()) ? Number(code.trim()) : 500,
    error: typeof error === "string" && error !== "" ? error : "unknown",
    message: typeof message === "string" && message !== "" ? message : text !== "" ? text : "No message",
    fields: rest,
  };
}

function parseObject(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {}; // A body that is no JSON says nothing more than the headers do.
  }
}
