// Why an MCP server over HTTP cannot be reached, in words.

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ConnectionRefused: "connection refused",
  ECONNRESET: "it closed the connection",
  ConnectionClosed: "it closed the connection",
  ENOTFOUND: "its name is unknown",
  EAI_AGAIN: "its name cannot be looked up now",
  EHOSTUNREACH: "no route to it",
  ENETUNREACH: "no network",
  ETIMEDOUT: "the connection timed out",
  TimeoutError: "no answer in time",
};

/** Of what `fetch` threw. */
export function reachFailure(error: unknown): string {
  const code = codeOf(error);
  if (code === undefined) return "the connection failed";
  if (/CERT|TLS|SSL|VERIFY/.test(code)) return `its certificate was not accepted (${code})`;
  return reasons[code] ?? code;
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  if (error.cause !== undefined) return codeOf(error.cause);
  return error.name === "TimeoutError" ? error.name : undefined;
}
