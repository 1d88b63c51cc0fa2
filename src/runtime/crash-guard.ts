// What nobody caught is logged as the bug it is, and ends nothing: a turn that goes wrong costs that turn, not its neighbours.

import type { Logger } from "../telemetry/log.ts";

/** Guards the process until the returned function is called. */
export function guardAgainstCrashes(log: Logger): () => void {
  const onRejection = (reason: unknown) => report("Bug: a promise was rejected and nobody looked", reason);
  const onException = (error: unknown) => report("Bug: an error was thrown and nobody caught it", error);
  const report = (message: string, error: unknown) => {
    log.error(message, { error, stack: error instanceof Error ? error.stack : undefined });
  };
  process.on("unhandledRejection", onRejection);
  process.on("uncaughtException", onException);
  return () => {
    process.off("unhandledRejection", onRejection);
    process.off("uncaughtException", onException);
  };
}
