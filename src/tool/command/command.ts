// `type: command`: a program of the operator's as a tool of its own. Arguments fill places in its words, and one word stays one word.

import { formatArgv } from "../../manifest/tools/argv-pattern.ts";
import type { CommandToolConfig } from "../../manifest/tools/config.ts";
import { fillWord, namesIn } from "../../manifest/tools/word-template.ts";
import { ToolError, type Tool, type ToolContext, type ToolInput, type ToolOutput } from "../contract.ts";
import { checkWords, runArgv } from "../shell/run-argv.ts";
import { checkInput } from "./check-input.ts";

export function commandTool(config: CommandToolConfig): Tool {
  return {
    name: config.name,
    description: config.description,
    parameters: config.parameters,
    isReadOnly: config.readOnly,
    async run(given, context): Promise<ToolOutput> {
      const input = await checkInput(given, config.parameters);
      const argv = filled(config.command, input);
      checkWords(argv);
      const json = JSON.stringify(input);
      if (config.ask) await ask(argv, json, config, context);
      return runArgv(argv, config, context, config.stdin === "json" ? `${json}\n` : undefined);
    },
  };
}

/** A word with an argument that is not given is left out. */
function filled(command: readonly string[], input: ToolInput): readonly string[] {
  const isGiven = (name: string) => input[name] !== undefined && input[name] !== null;
  return command.flatMap((word, index) => {
    if (!namesIn(word).every(isGiven)) return [];
    const isText = !command.slice(0, index).includes("--");
    const isFirst = isText && word.startsWith("{{");
    return [fillWord(word, (name) => textOf(name, input[name], { isFirst, isInPlace: isInPlace(word, name) }))];
  });
}

/** Whether the word names a place before the argument, or goes on with one. */
function isInPlace(word: string, name: string): boolean {
  return /[/\\]/.test(fillWord(word, (other) => (other === name ? "" : "x")));
}

/** `isFirst`: it is the beginning of a word that a program would take for an option. `isInPlace`: of a word with a folder in it. */
function textOf(
  name: string,
  value: unknown,
  { isFirst, isInPlace: hasFolder }: { readonly isFirst: boolean; readonly isInPlace: boolean },
): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (isFirst && typeof value === "string" && text.startsWith("-"))
    throw new ToolError("invalid", `"${name}" cannot begin with "-"`);
  if (hasFolder && text.split(/[/\\]/).includes(".."))
    throw new ToolError("invalid", `"${name}" cannot lead upwards by ".."`);
  return text;
}

async function ask(
  argv: readonly string[],
  json: string,
  config: CommandToolConfig,
  context: ToolContext,
): Promise<void> {
  const { name, cwd = "", stdin } = config;
  const reads = stdin === "json" && json !== "{}" ? ` with ${json}` : "";
  const action = `${formatArgv(argv)}${cwd === "" ? "" : ` in ${cwd}`}${reads}`;
  const approval = await context.approve({ tool: name, action, key: JSON.stringify([name, cwd, argv, json]) });
  if (!approval.isGranted) throw new ToolError("denied", `This was not approved: ${approval.reason}`);
}
