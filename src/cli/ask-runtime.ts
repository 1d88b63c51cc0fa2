// A command's question to the runtime of this machine.

import { resolve } from "node:path";
import { askedStateDirectory, StateDirectoryError } from "../host/state-directory.ts";
import { ControlError } from "../runtime/control-client.ts";
import type { Invocation } from "./command.ts";
import { CommandError, exitCode } from "./command-error.ts";
import type { Terminal } from "./terminal.ts";

/** Asks the runtime of the state directory that the command line means. Throws a `CommandError` when there is no answer. */
export async function askLocalRuntime<Answer>(
  invocation: Invocation,
  terminal: Terminal,
  ask: (stateDirectory: string) => Promise<Answer>,
): Promise<Answer> {
  try {
    const flag = invocation.text("state");
    return await ask(resolve(askedStateDirectory({ flag, environment: terminal.environment })));
  } catch (error) {
    if (!(error instanceof ControlError) && !(error instanceof StateDirectoryError)) throw error;
    throw new CommandError(error.message, exitCode.error, { cause: error });
  }
}

/** The same; undefined when no runtime runs there. */
export async function askIfRunning<Answer>(
  invocation: Invocation,
  terminal: Terminal,
  ask: (stateDirectory: string) => Promise<Answer>,
): Promise<Answer | undefined> {
  try {
    return await askLocalRuntime(invocation, terminal, ask);
  } catch (error) {
    const cause = error instanceof CommandError ? error.cause : undefined;
    if (cause instanceof StateDirectoryError || (cause instanceof ControlError && !cause.isRunning)) return undefined;
    throw error;
  }
}
