// Whether an http tool could reach an origin: its name, the rules of addresses, a connection, and TLS where it has that. Nothing is asked.

import { connect as connectPlain, type Socket } from "node:net";
import { ToolError } from "../contract.ts";
import { destination, type Resolver, systemResolver } from "./destination.ts";

const usualPort = { "http:": 80, "https:": 443 };

/** Undefined: it can; else why not, in words. Never rejects; ends with `signal`. */
export async function originProblem(
  origin: string,
  privately: readonly string[],
  signal: AbortSignal,
  resolve: Resolver = systemResolver,
): Promise<string | undefined> {
  const url = new URL(origin);
  try {
    const address = await destination(url, privately, resolve, signal);
    await greet(url, address, signal);
    return undefined;
  } catch (error) {
    if (error instanceof ToolError) return error.message;
    if (signal.aborted) return "There is no answer in time";
    return `It cannot be connected to: ${reasonOf(error)}`;
  }
}

/** Resolves once there is a connection, and with TLS a certificate that holds for the name. */
async function greet(url: URL, address: string, signal: AbortSignal): Promise<void> {
  const isSecure = url.protocol === "https:";
  const port = url.port === "" ? usualPort[isSecure ? "https:" : "http:"] : Number(url.port);
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const socket = isSecure ? await secureSocket(url, address, port) : connectPlain({ host: address, port });
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  socket.once("error", reject);
  socket.once("close", () => reject(new Error("it was closed at once")));
  socket.once(isSecure ? "secureConnect" : "connect", () => resolve(undefined));
  if (signal.aborted) onAbort();
  try {
    await promise;
  } finally {
    signal.removeEventListener("abort", onAbort);
    socket.on("error", () => undefined); // What it says after we have left.
    socket.destroy();
  }
}

async function secureSocket({ hostname }: URL, address: string, port: number): Promise<Socket> {
  const { connect } = await import("node:tls");
  return connect({ host: address, port, servername: hostname, rejectUnauthorized: true });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return code === "" || error.message.includes(code) ? error.message : `${error.message} (${code})`;
}
