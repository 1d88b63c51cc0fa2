// The runtime's end of the control socket: local, for its own user only.

import { chmodSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { maxCredentialsBytes } from "../host/credentials.ts";
import type { Logger } from "../telemetry/log.ts";
import { freshControlPath, removeControlPath } from "./control-path.ts";
import type { ControlRequest, ControlResponse } from "./control-protocol.ts";
import { decodeRequest, encodeControl } from "./control-wire.ts";
import { ControlStream } from "./control-stream.ts";
import { lineReader } from "./line-reader.ts";

const maxConnections = 16;
/** A reload may carry all credentials in base64. */
const maxRequestBytes = 2 * maxCredentialsBytes;
const idleMs = 30_000;
/** What a reader of a stream may leave unread; more is not sent. */
const maxUnreadBytes = 1024 * 1024;

export interface ControlSocket {
  readonly path: string;
  /** Ends all connections and removes the socket. Never rejects. */
  close(): Promise<void>;
}

/** What a request is answered with: a value, a promise of it, or a `ControlStream`. A throw becomes an error response. */
export type ControlHandler = (request: ControlRequest) => unknown;

/** Listens with mode 0600. Rejects when it cannot listen. The caller holds the state directory's lock. */
export async function openControlSocket(
  stateDirectory: string,
  handler: ControlHandler,
  log: Logger,
): Promise<ControlSocket> {
  const path = freshControlPath(stateDirectory);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    serve(socket, handler, log);
  });
  server.maxConnections = maxConnections;
  await listen(server, path);
  server.on("error", (error) => log.warn("Control socket failed", { error }));
  if (process.platform !== "win32") chmodSync(path, 0o600);
  return {
    path,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          removeControlPath(stateDirectory);
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function serve(socket: Socket, handler: ControlHandler, log: Logger): void {
  socket.setTimeout(idleMs, () => socket.destroy());
  socket.on("error", (error) => log.debug("Control connection failed", { error }));
  let answered = Promise.resolve();
  const read = lineReader(maxRequestBytes, (line) => {
    answered = answered.then(() => respond(socket, line, handler));
  });
  socket.on("data", (chunk) => {
    try {
      read(chunk);
    } catch (error) {
      log.debug("Control connection refused", { error });
      socket.destroy();
    }
  });
}

/** Never rejects. Work may take longer than a connection may be silent. */
async function respond(socket: Socket, line: string, handler: ControlHandler): Promise<void> {
  socket.setTimeout(0);
  const answered = await answer(line, handler);
  if (answered instanceof ControlStream) {
    stream(socket, answered);
    return;
  }
  socket.setTimeout(idleMs);
  if (!socket.destroyed) socket.write(encodeControl(answered));
}

/** Until the asker goes. */
function stream(socket: Socket, { open }: ControlStream): void {
  if (socket.destroyed) return;
  const end = open((result) => {
    if (socket.writableLength > maxUnreadBytes) return false;
    socket.write(encodeControl({ ok: true, result }));
    return true;
  });
  socket.once("close", end);
}

async function answer(line: string, handler: ControlHandler): Promise<ControlResponse | ControlStream> {
  const request = decodeRequest(line);
  if (typeof request === "string") return { ok: false, error: request };
  try {
    const result = await handler(request);
    return result instanceof ControlStream ? result : { ok: true, result };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}
