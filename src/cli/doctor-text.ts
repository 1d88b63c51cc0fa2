// A diagnosis as a person reads it: a row for each finding, and under it what to do. And as a program does.

import type { Examined } from "../runtime/doctor/check.ts";
import type { Diagnosis } from "../runtime/doctor/doctor.ts";
import type { Finding, Result } from "../runtime/doctor/finding.ts";
import { neutralise, neutraliseLine } from "../telemetry/neutralise.ts";
import { styleFor, type Style } from "./style.ts";
import type { Terminal } from "./terminal.ts";

type Colours = Pick<Terminal, "hasColour">;

const resultWidth = "problem".length;
/** Of `state directory`; the longer names of models push their row to the right. */
const nameWidth = "state directory".length;
const indent = " ".repeat(resultWidth + 2);

export function doctorHead(stateDirectory: string): string {
  return neutraliseLine(`State directory ${stateDirectory}`) + "\n\n";
}

export function doctorRows({ check, findings }: Examined, terminal: Colours): string {
  const style = styleFor(terminal);
  const name = neutraliseLine(check).padEnd(nameWidth);
  return findings.map((finding) => row(name, finding, style)).join("");
}

function row(name: string, { result, text, remedy }: Finding, style: Style): string {
  const first = `${painted(result, style)}  ${style.bold(name)}  ${neutraliseLine(text)}\n`;
  return remedy === undefined ? first : `${first}${remedyText(remedy)}`;
}

function remedyText(remedy: string): string {
  const [first = "", ...more] = neutralise(remedy).trimEnd().split("\n");
  return [`${indent}-> ${first}`, ...more.map((line) => (line === "" ? "" : `${indent}   ${line}`)), ""].join("\n");
}

function painted(result: Result, style: Style): string {
  const padded = result.padEnd(resultWidth);
  switch (result) {
    case "ok":
      return style.good(padded);
    case "warning":
      return style.warning(padded);
    case "problem":
      return style.bad(padded);
    case "skipped":
      return style.dim(padded);
  }
}

export function doctorEnd(diagnosis: Diagnosis, terminal: Colours): string {
  const style = styleFor(terminal);
  const [problems, warnings] = [countOf(diagnosis, "problem"), countOf(diagnosis, "warning")];
  if (problems === 0 && warnings === 0) return `\n${style.good("Nothing is wrong")}\n`;
  const parts = [...counted(problems, "problem"), ...counted(warnings, "warning")];
  const text = `${parts.join(", ")}. What to do stands below each`;
  return `\n${problems > 0 ? style.bad(text) : style.warning(text)}\n`;
}

/** The shape is described in docs/doctor.md. */
export function doctorJson(diagnosis: Diagnosis): string {
  return `${JSON.stringify({ ok: !hasProblem(diagnosis), ...diagnosis }, undefined, 2)}\n`;
}

export function hasProblem(diagnosis: Diagnosis): boolean {
  return countOf(diagnosis, "problem") > 0;
}

function countOf({ checks }: Diagnosis, result: Result): number {
  return checks.flatMap(({ findings }) => findings).filter((finding) => finding.result === result).length;
}

function counted(number: number, noun: string): string[] {
  return number === 0 ? [] : [`${number} ${noun}${number === 1 ? "" : "s"}`];
}
