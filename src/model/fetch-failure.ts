// What a failed connection means: nobody there, or an answer that broke off.

import { ModelError } from "./contract.ts";

/** Where a call went, for its error texts. */
export interface Destination {
  /** Name for a reader: "Ollama". */
  readonly title: string;
  /** The URL without user, password and query. */
  readonly shownUrl: string;
  /** What to do about it: `Start it with "ollama serve" or set endpoints.local.url`. */
  readonly advice: string;
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ConnectionRefused: "connection refused",
  ENOTFOUND: "its name is unknown",
  EAI_AGAIN: "its name cannot be looked up now",
  EHOSTUNREACH: "no route to it",
  ENETUNREACH: "no network",
  ETIMEDOUT: "the connection timed out",
  EPROTO: "the TLS handshake failed",
};

const brokenOff = new Set(["ECONNRESET", "ConnectionClosed", "EPIPE", "UND_ERR_SOCKET"]);

/** Maps what `fetch` threw before an answer began. */
export function connectFailure(error: unknown, to: Destination): ModelError {
  if (error instanceof ModelError) return error;
  const code = codeOf(error);
  if (code !== undefined && brokenOff.has(code)) {
    return new ModelError("invalid", `${to.title} at "${to.shownUrl}" closed the connection without an answer`, {
      cause: error,
    });
  }
  return unreachable(reasons[code ?? ""] ?? tlsReason(code) ?? code ?? "the connection failed", to, error);
}

/** Maps what reading a body threw: the answer had begun. */
export function streamFailure(error: unknown): ModelError {
  if (error instanceof ModelError) return error;
  const code = codeOf(error);
  return new ModelError("invalid", `The model's answer broke off: ${code ?? "its connection failed"}`, {
    cause: error,
  });
}

export function unreachable(reason: string, to: Destination, cause?: unknown): ModelError {
  const message = `Cannot reach ${to.title} at "${to.shownUrl}": ${reason}. ${to.advice}`;
  return new ModelError("unreachable", message, { cause });
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.cause === undefined ? undefined : codeOf(error.cause);
}

function tlsReason(code: string | undefined): string | undefined {
  return code !== undefined && /CERT|TLS|SSL|VERIFY/.test(code)
    ? `its certificate was not accepted (${code})`
    : undefined;
}
