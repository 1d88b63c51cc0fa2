// Can the hub be reached, and does its TLS hold? Looked at without a link: no credentials are shown.

import { readFileSync } from "node:fs";
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { HubConfig } from "../../manifest/manifest.ts";
import { hubReason } from "./hub-log.ts";
import { hubAddress, hubRemote } from "./hub-remote.ts";

export type HubProbe =
  | { readonly type: "answers"; readonly serverName: string; readonly version: string; readonly isTls: boolean }
  /** In words for a user, with what to do where that is known. */
  | { readonly type: "failed"; readonly reason: string };

const usualPort = 7422;
const maxGreetingChars = 64 * 1024;

/** Ends within `limitMs`, or with `signal`. Never rejects. */
export async function probeHub(hub: HubConfig, limitMs: number, signal: AbortSignal): Promise<HubProbe> {
  const remote = await hubRemote(hub);
  if (remote.type === "unusable") return { type: "failed", reason: `Cannot use nats.embedded.hub: ${remote.reason}` };
  const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  const sockets = new Set<Socket>();
  try {
    return await untilAborted(greet(hub, sockets), limit);
  } catch (error) {
    return { type: "failed", reason: hubReason(inWords(error, limit), hubAddress(hub)) };
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

async function greet(hub: HubConfig, sockets: Set<Socket>): Promise<HubProbe> {
  const { host, port } = addressOf(hub);
  const socket = connect({ host, port });
  sockets.add(socket);
  const info = greetingOf(await firstLine(socket));
  if (info === undefined) throw new Error("what answers there is no NATS server");
  const isTls = info["tls_required"] === true || info["tls_available"] === true;
  const wantsTls = hub.url.startsWith("tls://") || hub.tls !== undefined;
  if (wantsTls && !isTls) throw new Error("TLS is asked for, and the hub offers none");
  if (wantsTls || info["tls_required"] === true) sockets.add(await shakeHands(hub, host, socket));
  return {
    type: "answers",
    serverName: String(info["server_name"]),
    version: String(info["version"]),
    isTls: wantsTls || isTls,
  };
}

function addressOf(hub: HubConfig): { readonly host: string; readonly port: number } {
  const url = new URL(`http://${hubAddress(hub)}`);
  // A port of 80 would be left out of such a URL.
  const port = /:(\d+)$/.exec(hubAddress(hub))?.[1];
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port: port === undefined ? usualPort : Number(port) };
}

function firstLine(socket: Socket): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = "";
  const onData = (bytes: Buffer): void => {
    text += bytes.toString();
    if (!text.includes("\n") && text.length < maxGreetingChars) return;
    socket.off("data", onData);
    socket.pause();
    resolve(text.split("\n")[0] ?? "");
  };
  socket.on("data", onData);
  socket.on("error", reject);
  socket.on("close", () => reject(new Error("client closed")));
  return promise;
}

function greetingOf(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith("INFO {")) return undefined;
  try {
    const info: unknown = JSON.parse(line.slice("INFO ".length));
    return typeof info === "object" && info !== null && "version" in info ? { server_name: "", ...info } : undefined;
  } catch {
    return undefined;
  }
}

function shakeHands(hub: HubConfig, host: string, socket: Socket): Promise<Socket> {
  const { caFile, certFile, keyFile } = hub.tls ?? {};
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const secure = connectTls({
    socket,
    ...(isIP(host) === 0 ? { servername: host } : { host }),
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }),
    ...(certFile === undefined ? {} : { cert: readFileSync(certFile) }),
    ...(keyFile === undefined ? {} : { key: readFileSync(keyFile) }),
  });
  secure.once("secureConnect", () => resolve(secure));
  secure.on("error", (error) => reject(new Error(`tls: ${error.message}`, { cause: error })));
  return promise;
}

async function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** As nats-server's log would say it. */
function inWords(error: unknown, limit: AbortSignal): string {
  if (limit.aborted) return "i/o timeout";
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: "connection refused",
    ENOTFOUND: "no such host",
    EAI_AGAIN: "no such host",
    EHOSTUNREACH: "no route to host",
    ENETUNREACH: "network is unreachable",
    ETIMEDOUT: "i/o timeout",
    ECONNRESET: "client closed",
  };
  return words[code] ?? (error instanceof Error ? error.message : String(error));
}
