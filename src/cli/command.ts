// What a command is: a small declarative table, from which parsing, help and shell completion are made, and the function that does it.

import type { Terminal } from "./terminal.ts";

/** What a shell offers after an option or for an argument. `agents`: names of this machine's runtime. */
export type Completion = "file" | "folder" | "agents" | "none" | readonly string[];

export interface OptionSpec {
  /** One letter, without its dash. */
  readonly short?: string;
  /** Placeholder of its value, such as `FILE`; absent: the option is a flag. */
  readonly value?: string;
  /** May be given several times. */
  readonly isRepeatable?: boolean;
  readonly description: string;
  readonly complete?: Completion;
}

export interface ArgumentSpec {
  /** Shown in help, such as `ADDRESS`. */
  readonly name: string;
  readonly description: string;
  readonly isOptional?: boolean;
  /** The last argument only: takes all that follow. */
  readonly isRepeatable?: boolean;
  readonly complete?: Completion;
}

export interface Example {
  readonly line: string;
  /** What it does, in a few words. */
  readonly does: string;
}

export interface CommandSpec {
  readonly name: string;
  /** One line, no full stop. */
  readonly summary: string;
  /** Further paragraphs of its help. */
  readonly details?: readonly string[];
  readonly args: readonly ArgumentSpec[];
  /** By long name, without dashes. `--help` is everyone's and not listed. */
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly examples: readonly Example[];
}

/** The command line after checking against a `CommandSpec`. Asking for an option that the spec does not have is a `RangeError`. */
export interface Invocation {
  readonly args: readonly string[];
  /** The value of an option, the last one given. */
  text(option: string): string | undefined;
  /** All values of a repeatable option. */
  texts(option: string): readonly string[];
  flag(option: string): boolean;
}

export interface Command extends CommandSpec {
  /**
   * Does it and resolves to the exit code. May throw: a `CommandError` is shown as its message with its exit code, anything else as an
   * internal error with exit code 1.
   */
  run(invocation: Invocation, terminal: Terminal): Promise<number>;
}
