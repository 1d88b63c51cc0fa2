// Asks this machine's runtime over its control socket.

import { createConnection } from "node:net";
import { controlPath } from "./control-path.ts";
import type { ControlRequest, ControlResponse, ReloadReport, RuntimeStatus } from "./control-protocol.ts";
import { maxControlLineBytes } from "./control-protocol.ts";
import { decodeResponse, encodeControl, isReloadReport, isRuntimeStatus } from "./control-wire.ts";
import { lineReader } from "./line-reader.ts";

/** The runtime was not reached, or gave no answer; the text says what to do. */
export class ControlError extends Error {
  override readonly name = "ControlError";
  /** False: nobody listens there. */
  readonly isRunning: boolean;

  constructor(message: string, options: ErrorOptions & { readonly isRunning?: boolean } = {}) {
    super(message, options);
    this.isRunning = options.isRunning ?? true;
  }
}

/** Status of the runtime that holds the state directory. Rejects with a `ControlError`. */
export async function runtimeStatus(stateDirectory: string, timeoutMs = 5_000): Promise<RuntimeStatus> {
  const result = await askRuntime(stateDirectory, { op: "status" }, timeoutMs);
  if (isRuntimeStatus(result)) return result;
  throw new ControlError("The runtime's status cannot be read: it is of another version than this command");
}

/** Has the runtime read its files now, or say what that would do. Rejects with a `ControlError`. */
export async function reloadRuntime(
  stateDirectory: string,
  request: Exclude<ControlRequest, { op: "status" }> = { op: "reload" },
  timeoutMs = 10_000,
): Promise<ReloadReport> {
  const result = await askRuntime(stateDirectory, request, timeoutMs);
  if (isReloadReport(result)) return result;
  throw new ControlError("The runtime's answer cannot be read: it is of another version than this command");
}

/** One request, one result. Rejects with a `ControlError`. */
export async function askRuntime(stateDirectory: string, request: ControlRequest, timeoutMs: number): Promise<unknown> {
  const response = await exchange(stateDirectory, request, timeoutMs);
  if (response.ok) return response.result;
  throw new ControlError(`The runtime refused: ${response.error}`);
}

function exchange(stateDirectory: string, request: ControlRequest, timeoutMs: number): Promise<ControlResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<ControlResponse>();
  const socket = createConnection(controlPath(stateDirectory), () => socket.write(encodeControl(request)));
  const fail = (message: string, cause?: unknown, isRunning = true) =>
    reject(new ControlError(message, { cause, isRunning }));
  const read = lineReader(maxControlLineBytes, (line) => resolve(decodeResponse(line)));
  socket.setTimeout(timeoutMs, () => fail(`The runtime did not answer within ${timeoutMs / 1000} s`));
  socket.on("error", (error) => fail(connectProblem(stateDirectory, error), error, !isNobody(error)));
  socket.on("close", () => fail("The runtime ended the connection without an answer"));
  socket.on("data", (chunk) => {
    try {
      read(chunk);
    } catch (error) {
      fail("The runtime's answer cannot be read", error);
    }
  });
  return promise.finally(() => socket.destroy());
}

/** What it means that the socket cannot be connected, and what to do. */
export function connectProblem(stateDirectory: string, error: Error): string {
  const code = "code" in error ? error.code : undefined;
  if (isNobody(error)) {
    return `No runtime runs with the state directory "${stateDirectory}": start one with "muster run", or name its state directory with --state DIR`;
  }
  if (code === "EACCES") return `No permission to ask the runtime of "${stateDirectory}": use the user that it runs as`;
  return `Cannot ask the runtime of "${stateDirectory}": ${error.message}`;
}

function isNobody(error: Error): boolean {
  const code = "code" in error ? error.code : undefined;
  return code === "ENOENT" || code === "ECONNREFUSED";
}
