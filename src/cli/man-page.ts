// The manual page muster(1), made from the same tables that parsing and help use.

import type { CommandSpec } from "./command.ts";
import { optionRows } from "./help-text.ts";
import { usageLine } from "./parse-command-line.ts";

/** roff with man(7) macros. */
export function manPage(specs: readonly CommandSpec[], version: string): string {
  return [
    `.TH MUSTER 1 "" "muster ${roff(version)}" "User Commands"`,
    ".SH NAME",
    "muster \\- agent runtime in one executable",
    ".SH SYNOPSIS",
    ".B muster",
    ".I COMMAND",
    "[\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]",
    ".SH DESCRIPTION",
    "Keeps agents running that are declared in YAML, against local or remote models, and puts them on NATS.",
    ".SH COMMANDS",
    ...specs.flatMap(command),
    ".SH FILES",
    ...item("/etc/muster/agents.yaml", "the manifest of the machine's service"),
    ...item("/etc/muster/agents.d/", "drop-ins, one file for one or more agents"),
    ...item("/etc/muster/credentials/", "secrets: the file NAME is ${credential:NAME} in a manifest"),
    ...item("/var/lib/muster/", "state of the machine's service"),
    ".SH EXIT STATUS",
    ...item("0", "done"),
    ...item("1", "an error, said on standard error"),
    ...item("2", "the command line is wrong"),
    ...item("3", "no such agent"),
    ...item("4", "timed out"),
    ...item("130", "interrupted"),
    ".SH SEE ALSO",
    ".BR systemctl (1),",
    ".BR journalctl (1)",
    "",
  ].join("\n");
}

function command(spec: CommandSpec): string[] {
  return [
    `.SS ${roff(usageLine(spec))}`,
    roff(spec.summary),
    ...(spec.details ?? []).flatMap((paragraph) => [".PP", roff(paragraph)]),
    ...spec.args.flatMap((arg) => item(arg.name, arg.description)),
    ...optionRows(spec).flatMap(([option, description]) => item(option.trim(), description)),
    ...spec.examples.flatMap(({ line, does }) => [".PP", `${roff(does)}:`, ".EX", roff(line), ".EE"]),
  ];
}

function item(term: string, text: string): string[] {
  return [".TP", `.B ${roff(term)}`, roff(text)];
}

/** Text in which roff sees nothing special: no escape, no hyphen that breaks, no request at the start of a line. */
function roff(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("~", "\\(ti")
    .replaceAll("^", "\\(ha")
    .replace(/^(?=[.'])/gm, "\\&");
}
