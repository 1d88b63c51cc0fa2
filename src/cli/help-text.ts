// Help, made from the same tables that parsing uses.

import type { CommandSpec } from "./command.ts";
import { usageLine } from "./parse-command-line.ts";

export interface CommandSummary {
  readonly name: string;
  readonly summary: string;
}

const maxWidth = 100;

/** What `muster help` prints. */
export function overviewText(commands: readonly CommandSummary[]): string {
  return [
    "Muster keeps agents running that you declare in YAML, and puts them on NATS",
    "",
    "Usage: muster COMMAND [OPTIONS] [ARGUMENTS]",
    "",
    "Commands:",
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    "",
    "Start here:",
    ...columns([
      ["muster init", "write a first agents.yaml"],
      ["muster run", "run its agents"],
      ['muster ask assistant "Why is the sky blue?"', "ask one of them"],
    ]),
    "",
    'Each command explains itself: "muster COMMAND --help"',
    "",
  ].join("\n");
}

/** What `muster COMMAND --help` prints. */
export function commandHelpText(spec: CommandSpec): string {
  const examples = spec.examples.map(({ line, does }): [string, string] => [line, does]);
  return [
    spec.summary,
    "",
    `Usage: ${usageLine(spec)}`,
    ...section(
      "Arguments",
      spec.args.map((arg): [string, string] => [arg.name, arg.description]),
    ),
    ...section("Options", optionRows(spec)),
    ...(spec.details ?? []).flatMap((paragraph) => ["", ...wrap(paragraph, maxWidth)]),
    ...section("Examples", examples),
    "",
  ].join("\n");
}

/** Options as help and the reference show them: how they are written, what they do. */
export function optionRows(spec: CommandSpec): [string, string][] {
  const rows = Object.entries(spec.options).map(([name, option]): [string, string] => {
    const short = option.short === undefined ? "    " : `-${option.short}, `;
    const value = option.value === undefined ? "" : ` ${option.value}`;
    const again = option.isRepeatable === true ? ", may be given several times" : "";
    return [`${short}--${name}${value}`, `${option.description}${again}`];
  });
  return [...rows, ["-h, --help", "show this help"]];
}

function section(title: string, rows: readonly [string, string][]): string[] {
  return rows.length === 0 ? [] : ["", `${title}:`, ...columns(rows)];
}

/** Two aligned columns; the second wraps under itself. */
function columns(rows: readonly [string, string][]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.flatMap(([left, right]) => {
    const [first = "", ...rest] = wrap(right, Math.max(30, maxWidth - width - 2));
    return [`  ${left.padEnd(width)}${first}`, ...rest.map((line) => `  ${"".padEnd(width)}${line}`)];
  });
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
