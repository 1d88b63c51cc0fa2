// What a line of nats-server's log means to us.

export interface BundledLogLine {
  readonly level: "debug" | "warn" | "error";
  readonly text: string;
}

export type BundledEvent =
  | { readonly type: "listening"; readonly port: number }
  | { readonly type: "ready" }
  | { readonly type: "port-taken" }
  | { readonly type: "reloaded"; readonly problem?: string };

const levels = { DBG: "debug", TRC: "debug", INF: "debug", WRN: "warn", ERR: "warn", FTL: "error" } as const;

/** Level and text of a line such as `[123] [INF] Server is ready`. */
export function parseBundledLog(line: string): BundledLogLine {
  const match = /^\[\d+\] (?:\S+ \S+ )?\[(DBG|TRC|INF|WRN|ERR|FTL)\] (.*)$/.exec(line);
  const tag = match?.[1];
  if (!isTag(tag)) return { level: "debug", text: line };
  return { level: levels[tag], text: match?.[2] ?? line };
}

/** The step of the server's start or of a reload that a line's text tells of, if any. */
export function bundledEvent(text: string): BundledEvent | undefined {
  const port = /^Listening for client connections on .*:(\d+)$/.exec(text)?.[1];
  if (port !== undefined) return { type: "listening", port: Number(port) };
  if (text === "Server is ready") return { type: "ready" };
  if (/^Error listening on port:.*(in use|only one usage)/i.test(text)) return { type: "port-taken" };
  if (text.startsWith("Reloaded server configuration")) return { type: "reloaded" };
  const problem = /^Failed to reload server configuration: (.*)$/.exec(text)?.[1];
  if (problem !== undefined) return { type: "reloaded", problem };
  return undefined;
}

function isTag(tag: string | undefined): tag is keyof typeof levels {
  return tag !== undefined && tag in levels;
}
