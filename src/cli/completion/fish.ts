// Completion for fish: one line for each command and option.

import type { CommandSpec, Completion, OptionSpec } from "../command.ts";

export function fishCompletion(specs: readonly CommandSpec[]): string {
  const lines = specs.flatMap((spec) => [
    `complete -c muster -n __fish_use_subcommand -a ${spec.name} -d ${quote(spec.summary)}`,
    ...Object.entries(spec.options).map(([name, option]) => optionLine(spec, name, option)),
    ...argumentLines(spec),
  ]);
  return ["# fish completion for muster", "complete -c muster -f", ...lines, ""].join("\n");
}

function optionLine(spec: CommandSpec, name: string, option: OptionSpec): string {
  const short = option.short === undefined ? "" : ` -s ${option.short}`;
  const value = option.value === undefined ? "" : ` -r ${values(option.complete)}`;
  return `complete -c muster -n ${seen(spec)} -l ${name}${short}${value} -d ${quote(option.description)}`.replaceAll(
    "  ",
    " ",
  );
}

function argumentLines(spec: CommandSpec): string[] {
  const completion = spec.args[0]?.complete ?? "none";
  return completion === "none" ? [] : [`complete -c muster -n ${seen(spec)} ${values(completion)}`];
}

function values(completion: Completion = "none"): string {
  switch (completion) {
    case "file":
      return "-F";
    case "folder":
      return "-a '(__fish_complete_directories)'";
    case "agents":
      return "-a '(muster __agents 2>/dev/null)'";
    case "none":
      return "";
    default:
      return `-a ${quote(completion.join(" "))}`;
  }
}

function seen(spec: CommandSpec): string {
  return quote(`__fish_seen_subcommand_from ${spec.name}`);
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
