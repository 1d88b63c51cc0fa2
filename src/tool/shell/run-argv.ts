// Runs a program for a model and tells what came of it.

import { resolve } from "node:path";
import { runProgram, type ProgramEnd } from "../../host/run-program.ts";
import type { ProgramConfig } from "../../manifest/tools/config.ts";
import { formatDuration } from "../../manifest/units.ts";
import { carriedTrace } from "../carried-trace.ts";
import { ToolError, type ToolContext, type ToolOutput } from "../contract.ts";
import { formatBytes } from "../format-bytes.ts";
import { redaction } from "../redact.ts";
import { programEnvironment } from "./program-environment.ts";
import { programText } from "./program-text.ts";

export type Argv = readonly [program: string, ...words: string[]];

const maxWords = 1000;
const maxBytes = 128 * 1024;

/**
 * `stdin`: what the program may read. Rejects with a `ToolError` that has what the program printed when it did not end well, or with the reason of the
 * signal. Whatever it started is gone then.
 */
export async function runArgv(
  argv: Argv,
  config: ProgramConfig,
  context: ToolContext,
  stdin?: string,
): Promise<ToolOutput> {
  const cwd = config.cwd ?? (await context.folder());
  const environment = { ...traceVariables(config, context), ...programEnvironment(config.environment) };
  const end = await started({
    argv: [programPath(argv[0], cwd, environment), ...argv.slice(1)],
    environment,
    cwd,
    ...(stdin === undefined ? {} : { stdin }),
    timeoutMs: config.timeoutMs,
    maxOutputBytes: config.maxOutputBytes,
    signal: context.signal,
  });
  context.signal.throwIfAborted();
  return { text: textOf(end, config) };
}

/** The names that programs look for them by, those of OpenTelemetry among them. */
function traceVariables(config: ProgramConfig, context: ToolContext): Record<string, string> {
  const carried = Object.entries(carriedTrace(config, context));
  return Object.fromEntries(carried.map(([name, value]) => [name.toUpperCase(), value]));
}

/** @throws {ToolError} `invalid`, for words that no program can be given */
export function checkWords(argv: readonly string[]): asserts argv is Argv {
  if (argv[0] === undefined || argv[0] === "") throw new ToolError("invalid", "Give the program as the first word");
  if (argv.some((word) => word.includes("\0"))) throw new ToolError("invalid", "A word cannot hold a NUL character");
  if (argv.length > maxWords || argv.reduce((sum, word) => sum + Buffer.byteLength(word), 0) > maxBytes)
    throw new ToolError("invalid", `Accepted are up to ${maxWords} words of ${formatBytes(maxBytes)} in all`);
}

async function started(run: Parameters<typeof runProgram>[0]): Promise<ProgramEnd> {
  try {
    return await runProgram(run);
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : "it cannot be run";
    throw new ToolError("failed", `Cannot start the program: ${reason}`, { cause });
  }
}

function textOf(end: ProgramEnd, { environment, timeoutMs }: ProgramConfig): string {
  const text = programText(end, redaction(Object.values(environment)));
  if (end.why === "timeout")
    throw new ToolError("timeout", `It did not end within ${formatDuration(timeoutMs)} and was ended\n${text}`);
  if (end.why === "flood")
    throw new ToolError("limit", `It was ended after ${formatBytes(end.output.totalBytes)} of output\n${text}`);
  if (end.code === undefined) throw new ToolError("failed", `It was ended by ${end.signal ?? "a signal"}\n${text}`);
  if (end.code !== 0) throw new ToolError("failed", `Exit code ${end.code}\n${text}`);
  return text;
}

/** Absolute. A name is looked for in the PATH of its environment, anything with a folder starts at `cwd`. */
function programPath(program: string, cwd: string, { PATH = "" }: Readonly<Record<string, string>>): string {
  const wanted = program.includes("/") ? resolve(cwd, program) : program;
  const found = Bun.which(wanted, { PATH, cwd });
  if (found !== null) return found;
  const hint = /\s/.test(program) ? ": give each word as an item of its own" : "";
  throw new ToolError("failed", `There is no program "${program}"${hint}`);
}
