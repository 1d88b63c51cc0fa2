// Why a request to an MCP server came to nothing.

/**
 * `lost`: the server ended, hangs or cannot be reached; `forgotten`: it does not know the session any more, and did nothing; `timeout`: no
 * answer in time; `failed`: it says no, or what is no answer.
 */
export type SessionErrorKind = "lost" | "forgotten" | "timeout" | "failed";

/** Its text holds no secret. */
export class SessionError extends Error {
  override readonly name = "SessionError";
  readonly kind: SessionErrorKind;

  constructor(kind: SessionErrorKind, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}
