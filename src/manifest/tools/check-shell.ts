// Rules between the lists of a shell tool: what can never match, what is not on this machine, and what gives away more than it seems to.

import { basename } from "node:path";
import type { FileScope } from "../file-scope.ts";
import type { Raw } from "../parsed-file.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Path } from "../yaml-tree.ts";
import { coversPattern, formatArgv, rest, type ArgvPattern } from "./argv-pattern.ts";
import { hasNoRules } from "./no-rules.ts";

type List = "allow" | "ask" | "deny";

/** Programs that take others, or code, as their words. */
const interpreters =
  /^(sh|bash|dash|ash|zsh|fish|ksh|busybox|env|sudo|su|doas|xargs|nice|nohup|setsid|timeout|watch|ssh|python[\d.]*|perl|ruby|node|bun|deno|php|lua|awk|gawk|find|eval|exec)$/;

/** Programs some of whose options run other programs, or read and write any file. */
const farReaching =
  /^(git|tar|rsync|scp|sftp|curl|wget|zip|sed|ed|vi|vim|less|more|man|sort|make|cmake|npm|npx|pip3?|cargo|go|docker|podman|kubectl|systemd-run|tcpdump|nmap|openssl|gdb|strace|apt|apt-get|dpkg|rpm|ffmpeg|sqlite3|psql|mysql)$/;

export function checkShellTool(tool: Raw, path: Path, scope: FileScope, surroundings: Surroundings): void {
  const lists = { allow: patternsOf(tool["allow"]), ask: patternsOf(tool["ask"]), deny: patternsOf(tool["deny"]) };
  if (hasNoRules(tool))
    scope.keyProblem(path, "Found neither allow nor ask, without which nothing ever runs; accepted one of them");
  for (const list of ["allow", "ask", "deny"] as const)
    for (const [index, pattern] of lists[list].entries())
      // What is no list of words the schema tells of.
      if (pattern.length > 0) checkPattern(pattern, list, lists, [...path, list, index], scope, surroundings);
}

function checkPattern(
  pattern: ArgvPattern,
  list: List,
  lists: Readonly<Record<List, readonly ArgvPattern[]>>,
  path: Path,
  scope: FileScope,
  surroundings: Surroundings,
): void {
  const shown = formatArgv(pattern);
  const never = neverMatches(pattern) ?? hiddenBy(pattern, list, lists);
  if (never !== undefined) scope.problem(path, `Found ${shown}, which can never match: ${never}`);
  else if (list !== "deny") warnOf(pattern, lists.deny, path, scope, surroundings);
}

function neverMatches(pattern: ArgvPattern): string | undefined {
  const [program = ""] = pattern;
  if (pattern.slice(0, -1).includes(rest)) return `"${rest}" is the rest, accepted as the last word only`;
  if (program === "") return "a program has a name";
  if (pattern.some((word) => word.includes("\0"))) return "no word holds a NUL character";
  if (pattern.length === 1 && /\S\s+\S/.test(program)) return "it is one word; write each word as an item of its own";
  return undefined;
}

function hiddenBy(
  pattern: ArgvPattern,
  list: List,
  lists: Readonly<Record<List, readonly ArgvPattern[]>>,
): string | undefined {
  const before = list === "allow" ? (["deny", "ask"] as const) : list === "ask" ? (["deny"] as const) : [];
  for (const other of before) {
    const wide = lists[other].find((candidate) => coversPattern(candidate, pattern));
    if (wide !== undefined) return `${other} has ${formatArgv(wide)}, which goes before`;
  }
  return undefined;
}

function warnOf(
  pattern: ArgvPattern,
  deny: readonly ArgvPattern[],
  path: Path,
  scope: FileScope,
  surroundings: Surroundings,
): void {
  const [program = "", ...words] = pattern;
  const shown = formatArgv(pattern);
  if (program.includes("*")) scope.warning(path, `Found ${shown}, which lets a model choose the program`);
  else if (interpreters.test(basename(program)) && words.some((word) => word.includes("*")))
    scope.warning(path, `Found ${shown}, which lets a model run anything: "${program}" runs what its words say`);
  else if (farReaching.test(basename(program)) && takesOptions(pattern, deny))
    scope.warning(
      path,
      `Found ${shown}, in which * stands for options, too, and some options of "${program}" run programs or reach any file; better ${narrower(pattern)}`,
    );
  else if (!program.includes("/") || program.startsWith("/"))
    if (!surroundings.hasProgram(program)) scope.warning(path, `Found no program "${program}" on this machine`);
}

/** Whether a model chooses a word that may begin with a dash, and is not denied it. Of the rest, any word may. */
function takesOptions(pattern: ArgvPattern, deny: readonly ArgvPattern[]): boolean {
  const end = pattern.indexOf("--");
  const open = pattern.slice(1, end === -1 ? pattern.length : end).filter((word) => word.startsWith("*"));
  return open.includes(rest) || (open.length > 0 && !deny.some((denied) => coversPattern(denied, optionsOf(pattern))));
}

function narrower(pattern: ArgvPattern): string {
  if (pattern.at(-1) === rest) return "-- before it, or each word written out, with * for one";
  return `-- before it, or deny: [[${optionsOf(pattern).map(quotedStar).join(", ")}]]`;
}

/** The pattern of what is denied where a model's own words begin with an option. */
function optionsOf(pattern: ArgvPattern): ArgvPattern {
  return [
    ...pattern.slice(
      0,
      pattern.findIndex((word) => word.startsWith("*")),
    ),
    "-*",
    rest,
  ];
}

function quotedStar(word: string): string {
  return word.includes("*") ? `"${word}"` : word;
}

function patternsOf(value: unknown): readonly ArgvPattern[] {
  return listOf(value).map((pattern: unknown) =>
    Array.isArray(pattern) ? pattern.filter((word) => typeof word === "string") : [],
  );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
