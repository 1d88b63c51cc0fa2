// What a failed call means to the shell: exit codes that scripts rely on.

import type { CallError, CallErrorCode } from "../bus/calling/call-error.ts";
import type { ExitCode } from "./command-error.ts";
import { CommandError, exitCode } from "./command-error.ts";

export function exitCodeOf(code: CallErrorCode): ExitCode {
  switch (code) {
    case "no_responders":
      return exitCode.noSuchAgent;
    case "inactive":
    case "timed_out":
      return exitCode.timedOut;
    case "cancelled":
      return exitCode.interrupted;
    default:
      return exitCode.error;
  }
}

/** The error that a user reads. `who` is the address as the user wrote it. */
export function callFailure(error: CallError, who: string): CommandError {
  const message = error.code === "cancelled" ? "Cancelled" : `"${who}" gave no whole answer: ${error.message}`;
  return new CommandError(message, exitCodeOf(error.code), { cause: error });
}

/** The same; of a connection that was lost, with what to do where that is known. */
export async function lostCallFailure(
  error: CallError,
  who: string,
  whenLost: () => Promise<string | undefined>,
): Promise<CommandError> {
  const failure = callFailure(error, who);
  const advice = error.code === "bus_lost" ? await whenLost() : undefined;
  if (advice === undefined) return failure;
  return new CommandError(`${failure.message}. ${advice}`, failure.exitCode, { cause: error });
}

/** What went wrong before any agent was asked. */
export function busFailure(error: CallError): CommandError {
  return new CommandError(error.message, exitCodeOf(error.code), { cause: error });
}
