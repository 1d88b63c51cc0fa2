// The prompt of a command line: its words, with standard input where it says "-", or standard input alone.

import { CommandError, usageError } from "./command-error.ts";
import type { Terminal } from "./terminal.ts";

const maxInputBytes = 64 * 1024 * 1024;

export interface PromptText {
  readonly prompt: string;
  readonly hasReadInput: boolean;
}

/** Throws a `CommandError` when there is no prompt, or standard input is no text. */
export async function readPrompt(words: readonly string[], terminal: Terminal): Promise<PromptText> {
  const wantsInput = words.length === 0 || words.includes("-");
  if (!wantsInput) return { prompt: notEmpty(words.join(" ")), hasReadInput: false };
  if (words.length === 0 && terminal.isInTerminal) {
    throw usageError(
      'No prompt: write it after the address, or send it on standard input. "muster chat" talks with an agent',
    );
  }
  const input = await readText(terminal);
  const before = words.slice(0, Math.max(0, words.indexOf("-"))).join(" ");
  const after = words
    .slice(words.indexOf("-") + 1)
    .filter((word) => word !== "-")
    .join(" ");
  if (words.length === 0) return { prompt: notEmpty(input), hasReadInput: true };
  return { prompt: notEmpty([before, input, after].filter((part) => part !== "").join("\n\n")), hasReadInput: true };
}

function notEmpty(prompt: string): string {
  if (prompt.trim() === "") throw usageError("The prompt is empty");
  return prompt;
}

async function readText(terminal: Terminal): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await terminal.readInput(maxInputBytes));
  } catch (cause) {
    if (cause instanceof RangeError) throw new CommandError(cause.message, 1, { cause });
    if (!(cause instanceof TypeError)) throw cause;
    throw new CommandError("Standard input is not UTF-8 text; send a file with --attach FILE", 1, { cause });
  }
}
