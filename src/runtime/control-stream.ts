// A control request that is answered again and again, until the asker goes: following the log.

import { createConnection } from "node:net";
import { ControlError, connectProblem } from "./control-client.ts";
import { controlPath } from "./control-path.ts";
import type { ControlRequest } from "./control-protocol.ts";
import { maxControlLineBytes } from "./control-protocol.ts";
import { decodeResponse, encodeControl } from "./control-wire.ts";
import { lineReader } from "./line-reader.ts";

/** Gives results away; false: not taken, because the asker does not read. */
export type SendResult = (result: unknown) => boolean;

/** What a handler answers with for a stream. `open` starts it and returns what ends it. */
export class ControlStream {
  readonly open: (send: SendResult) => () => void;

  constructor(open: (send: SendResult) => () => void) {
    this.open = open;
  }
}

/**
 * Calls `onResult` for each result; what it throws ends it. Resolves when `signal` fires. Rejects with a `ControlError` when the runtime
 * cannot be asked, refuses, or ends the connection.
 */
export function followRuntime(
  stateDirectory: string,
  request: ControlRequest,
  onResult: (result: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const socket = createConnection(controlPath(stateDirectory), () => socket.write(encodeControl(request)));
  const read = lineReader(maxControlLineBytes, (line) => {
    const response = decodeResponse(line);
    if (!response.ok) throw new ControlError(`The runtime refused: ${response.error}`);
    onResult(response.result);
  });
  const onAbort = () => resolve(undefined);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  socket.on("error", (error) => reject(new ControlError(connectProblem(stateDirectory, error), { cause: error })));
  socket.on("close", () => reject(new ControlError("The runtime ended the connection: it has stopped")));
  socket.on("data", (chunk) => {
    try {
      read(chunk);
    } catch (error) {
      reject(error instanceof Error ? error : new ControlError(String(error)));
    }
  });
  return promise.finally(() => {
    signal.removeEventListener("abort", onAbort);
    socket.destroy();
  });
}
