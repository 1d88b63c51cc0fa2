// What a job that could not be kept, found or changed means to the shell.

import { JobError } from "../bus/jobs/job-error.ts";
import type { ExitCode } from "./command-error.ts";
import { CommandError, exitCode } from "./command-error.ts";

/** A `JobError` as the error that a user reads; anything else as it is. */
export function jobFailure(error: unknown): unknown {
  if (!(error instanceof JobError)) return error;
  const message =
    error.kind === "no-jetstream"
      ? 'The NATS server has no JetStream for this user, and jobs are kept there. Turn it on, or use "nats.mode: embedded"'
      : error.message;
  return new CommandError(message, exitCodeOf(error), { cause: error });
}

function exitCodeOf({ kind }: JobError): ExitCode {
  switch (kind) {
    case "invalid":
      return exitCode.usage;
    case "no-store":
    case "not-found":
      return exitCode.noSuchAgent;
    case "timeout":
      return exitCode.timedOut;
    case "cancelled":
      return exitCode.interrupted;
    default:
      return exitCode.error;
  }
}
