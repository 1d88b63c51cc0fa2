// `type: shell`: programs by their words, as far as the operator's patterns let them. There is no shell in it: no word means more than it says.

import * as z from "zod/mini";
import {
  admitsArgv,
  formatArgv,
  isDeniedBy,
  matchesArgv,
  type ArgvPattern,
} from "../../manifest/tools/argv-pattern.ts";
import type { ShellToolConfig } from "../../manifest/tools/config.ts";
import { ToolError, type Tool, type ToolContext, type ToolOutput } from "../contract.ts";
import { described } from "../described.ts";
import { parametersOf, readInput } from "../parameters.ts";
import { checkWords, runArgv, type Argv } from "./run-argv.ts";

const input = z.strictObject({
  argv: described(
    z.array(z.string()).check(z.minLength(1)),
    'The program and each of its words, such as ["systemctl", "status", "nginx"]',
  ),
});

/** Of each list; a model reads no more. */
const maxShownPatterns = 30;
const maxShownWords = 20;

export function shellTool(config: ShellToolConfig): Tool {
  return {
    name: config.name,
    description: descriptionOf(config),
    parameters: parametersOf(input),
    isReadOnly: false,
    async run(given, context): Promise<ToolOutput> {
      const { argv } = readInput(input, given);
      checkWords(argv);
      await admit(argv, config, context);
      return runArgv(argv, config, context);
    },
  };
}

/** What is denied stays denied, what is asked for is asked for, and what no list has is denied. */
async function admit(argv: Argv, config: ShellToolConfig, context: ToolContext): Promise<void> {
  if (config.deny.some((pattern) => isDeniedBy(pattern, argv))) throw notAllowed(argv, config);
  const isAsked = config.ask.some((pattern) => matchesArgv(pattern, argv));
  const list = isAsked ? config.ask : config.allow;
  if (!list.some((pattern) => admitsArgv(pattern, argv))) throw notAllowed(argv, config);
  if (isAsked) await ask(argv, config, context);
}

async function ask(argv: Argv, { name, cwd = "" }: ShellToolConfig, context: ToolContext): Promise<void> {
  const action = `${formatArgv(argv)}${cwd === "" ? "" : ` in ${cwd}`}`;
  const approval = await context.approve({ tool: name, action, key: JSON.stringify([name, cwd, argv]) });
  if (!approval.isGranted) throw new ToolError("denied", `This was not approved: ${approval.reason}`);
}

function notAllowed(argv: Argv, { allow, ask }: ShellToolConfig): ToolError {
  const lists = [...allow, ...ask].slice(0, maxShownPatterns).map(formatArgv).join("; ");
  return new ToolError("denied", `"${argv[0]}" is not allowed with these words. Allowed are: ${lists}${apart(argv)}`);
}

/** Small models give a whole line as one word; what they meant is theirs to say. */
function apart([line, ...others]: Argv): string {
  const words = line.trim().split(/\s+/);
  if (others.length > 0 || words.length < 2 || words.length > maxShownWords) return "";
  return `. Each word stands by itself, such as ${JSON.stringify(words)}`;
}

function descriptionOf({ allow, ask }: ShellToolConfig): string {
  return [
    "Runs a program on this machine and returns what it prints. There is no shell: no pipes, no redirection, no variables.",
    ...shownList("Allowed commands", allow),
    ...shownList("Commands that somebody must approve first", ask),
    '"*" stands for one word, "**" for any more words.',
  ].join(" ");
}

function shownList(title: string, patterns: readonly ArgvPattern[]): string[] {
  return patterns.length === 0 ? [] : [`${title}: ${patterns.slice(0, maxShownPatterns).map(formatArgv).join("; ")}.`];
}
