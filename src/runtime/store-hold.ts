// Holds the bundled server's store still while somebody reads it, and no longer than the server's clients can bear.

import type { Logger } from "../telemetry/log.ts";
import { ControlError } from "./control-client.ts";
import { ControlStream, followRuntime } from "./control-stream.ts";

/** Below what the watchdog and the link to a hub allow a server that does not answer. */
const longestHoldMs = 20_000;

export interface HeldServer {
  /** Resolves when the server stands still, to what has it go on. Rejects where it can't be held. */
  holdServer(): Promise<() => void>;
}

type HoldResult = { readonly type: "held" } | { readonly type: "failed"; readonly reason: string };

/** The runtime's end: the store is held until the asker goes, however it goes. */
export function storeHold(server: HeldServer, log: Logger, limitMs = longestHoldMs): ControlStream {
  return new ControlStream((send) => {
    let isOver = false;
    let release = (): void => undefined;
    let timer: Timer | undefined;
    const end = (): void => {
      isOver = true;
      clearTimeout(timer);
      release();
    };
    const begin = async (): Promise<HoldResult> => {
      try {
        release = await server.holdServer();
      } catch (error) {
        return { type: "failed", reason: error instanceof Error ? error.message : String(error) };
      }
      timer = setTimeout(() => {
        log.warn(`The store was held for ${limitMs / 1000} s and is let go`);
        send({
          type: "failed",
          reason: `it was held for ${limitMs / 1000} s, and longer is too long`,
        } satisfies HoldResult);
        end();
      }, limitMs);
      return { type: "held" };
    };
    void begin().then((result) => {
      if (isOver) end();
      else send(result);
    });
    return end;
  });
}

/**
 * Does the work while the runtime of the state directory holds its store. Rejects with a `ControlError` when there is no runtime to ask, when it
 * cannot hold, and when it could not hold until the work was done; else as the work does.
 */
export async function whileStoreIsHeld(stateDirectory: string, work: () => Promise<void>): Promise<void> {
  const end = new AbortController();
  const held = Promise.withResolvers<undefined>();
  let lost: Error | undefined;
  const startedAt = performance.now();
  const following = followRuntime(
    stateDirectory,
    { op: "hold-store" },
    (result) => {
      const { type, reason } = holdResult(result);
      if (type === "held") held.resolve(undefined);
      else throw new ControlError(`The runtime cannot hold its store: ${reason}. Try again, or stop the runtime first`);
    },
    end.signal,
  ).catch((error: unknown) => {
    lost = error instanceof Error ? error : new Error(String(error));
    held.reject(lost);
  });
  try {
    await held.promise;
    await work();
  } finally {
    end.abort();
    await following;
  }
  if (lost !== undefined) throw lost;
  if (performance.now() - startedAt < longestHoldMs) return;
  throw new ControlError("The runtime could not hold its store for so long: stop it first");
}

function holdResult(value: unknown): { readonly type: string; readonly reason: string } {
  const fields = typeof value === "object" && value !== null ? { ...value } : {};
  const { type, reason }: { readonly type?: unknown; readonly reason?: unknown } = fields;
  return { type: String(type), reason: typeof reason === "string" ? reason : "no reason given" };
}
