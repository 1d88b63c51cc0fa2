// Finds the command that a command line names, runs it, and turns whatever happens into an exit code.

import type { Command } from "./command.ts";
import { CommandError, exitCode, usageError } from "./command-error.ts";
import { commands } from "./commands.ts";
import { parseCommandLine } from "./parse-command-line.ts";
import type { Terminal } from "./terminal.ts";

/** Resolves to the exit code; never rejects. `argv` begins with the command's name. */
export async function runCommandLine(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await run(argv, terminal);
  } catch (error) {
    return report(error, terminal);
  }
}

async function run([name, ...rest]: readonly string[], terminal: Terminal): Promise<number> {
  switch (name) {
    case undefined:
      terminal.err(await overview());
      return exitCode.usage;
    case "--version":
    case "-V":
      return runCommand(await loadCommand("version"), rest, terminal);
    case "help":
    case "--help":
    case "-h":
      return showHelp(rest, terminal);
    default:
      return runCommand(await loadCommand(name), rest, terminal);
  }
}

async function showHelp([name]: readonly string[], terminal: Terminal): Promise<number> {
  if (name === undefined) terminal.out(await overview());
  else await runCommand(await loadCommand(name), ["--help"], terminal);
  return exitCode.ok;
}

async function runCommand(command: Command, argv: readonly string[], terminal: Terminal): Promise<number> {
  const parsed = parseCommandLine(command, argv);
  if (parsed.type === "invocation") return command.run(parsed.invocation, terminal);
  const { commandHelpText } = await import("./help-text.ts");
  terminal.out(commandHelpText(command));
  return exitCode.ok;
}

async function overview(): Promise<string> {
  const { overviewText } = await import("./help-text.ts");
  return overviewText(commands);
}

async function loadCommand(name: string): Promise<Command> {
  const entry = commands.find((command) => command.name === name);
  if (entry !== undefined) return entry.load();
  if (name.startsWith("-"))
    throw usageError(`Found "${name}" before the command; options come after it: muster COMMAND [OPTIONS]`);
  const { nearest } = await import("../manifest/nearest.ts");
  const known = commands.map((command) => command.name);
  const near = nearest(name, known);
  throw usageError(
    near === undefined
      ? `There is no command "${name}". Commands: ${known.join(", ")}`
      : `There is no command "${name}". Did you mean "${near}"?`,
  );
}

function report(error: unknown, terminal: Terminal): number {
  if (error instanceof CommandError) {
    terminal.err(`${terminal.safeErr(error.message)}\n`);
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.err(`Internal error, please report it: ${terminal.safeErr(text)}\n`);
  return exitCode.error;
}
