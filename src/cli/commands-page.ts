// The page docs/commands.md, made from the command tables.

import type { Command } from "./command.ts";
import { optionRows } from "./help-text.ts";
import { usageLine } from "./parse-command-line.ts";

/** Markdown: a table of all commands, then each with its options and examples. */
export function commandsPage(specs: readonly Command[]): string {
  return [
    "# Commands",
    "",
    commandsTable(specs),
    "",
    "Each command explains itself: `muster COMMAND --help`. Exit codes: 0 done, 1 error, 2 usage, 3 no such agent, 4 timed out (`ask`),",
    "130 interrupted. No colour where the output is no terminal, or `NO_COLOR` is set.",
    ...specs.flatMap(section),
    "",
  ].join("\n");
}

/** The table alone, as the README shows it. */
export function commandsTable(specs: readonly Command[]): string {
  return markdownTable(
    ["command", "does"],
    specs.map(({ name, summary }) => [`\`muster ${name}\``, summary]),
  );
}

function section(spec: Command): string[] {
  const args = spec.args.map((arg): [string, string] => [`\`${arg.name}\``, arg.description]);
  const options = optionRows(spec).map(([written, does]): [string, string] => [`\`${written.trim()}\``, does]);
  const examples = spec.examples.map(({ line, does }) => `${line}   # ${does}`);
  return [
    "",
    `## muster ${spec.name}`,
    "",
    ...[`${spec.summary}.`, ...(spec.details ?? [])].flatMap((paragraph) => [paragraph, ""]),
    "```sh",
    usageLine(spec),
    ...(examples.length === 0 ? [] : ["", ...examples]),
    "```",
    "",
    markdownTable(["argument or option", ""], [...args, ...options]),
  ];
}

function markdownTable(header: readonly [string, string], rows: readonly (readonly [string, string])[]): string {
  const cells = rows.map(([left, right]) => [left, right.replaceAll("|", "\\|")] as const);
  return [header, ["---", "---"], ...cells].map(([left = "", right = ""]) => `| ${left} | ${right} |`).join("\n");
}
