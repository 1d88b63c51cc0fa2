// Errors that end a command, and the exit codes that scripts rely on.

export const exitCode = {
  ok: 0,
  error: 1,
  usage: 2,
  noSuchAgent: 3,
  timedOut: 4,
  /** Ctrl-C, as shells count it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** What the user reads is `message`: what happened, to what, and what to do. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: ExitCode;

  constructor(message: string, code: ExitCode = exitCode.error, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = code;
  }
}

/** The command line itself is wrong. */
export function usageError(message: string): CommandError {
  return new CommandError(message, exitCode.usage);
}
