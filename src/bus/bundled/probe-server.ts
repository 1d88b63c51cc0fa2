// Does a NATS server answer there? It speaks first: one INFO line, before any authentication.

export interface ServerInfo {
  readonly serverName: string;
  readonly version: string;
}

const maxInfoChars = 64 * 1024;

/** Resolves to what the server says of itself; undefined when nobody, or something else, answers within `timeoutMs`. Never rejects. */
export async function probeServer(host: string, port: number, timeoutMs: number): Promise<ServerInfo | undefined> {
  const answer = Promise.withResolvers<ServerInfo | undefined>();
  const timer = setTimeout(() => answer.resolve(undefined), timeoutMs);
  let text = "";
  const socket = Bun.connect({
    hostname: host,
    port,
    socket: {
      data: (_, bytes) => {
        text += bytes.toString();
        if (text.includes("\n") || text.length > maxInfoChars) answer.resolve(parseInfo(text));
      },
      close: () => answer.resolve(undefined),
      error: () => answer.resolve(undefined),
      connectError: () => answer.resolve(undefined),
    },
  });
  try {
    socket.catch(() => answer.resolve(undefined));
    return await answer.promise;
  } finally {
    clearTimeout(timer);
    void socket.then(
      (open) => open.end(),
      () => undefined,
    );
  }
}

function parseInfo(text: string): ServerInfo | undefined {
  const [line = ""] = text.split("\r\n");
  if (!line.startsWith("INFO {")) return undefined;
  try {
    const info: unknown = JSON.parse(line.slice("INFO ".length));
    if (typeof info !== "object" || info === null || !("server_name" in info) || !("version" in info)) return undefined;
    return { serverName: String(info.server_name), version: String(info.version) };
  } catch {
    return undefined;
  }
}
