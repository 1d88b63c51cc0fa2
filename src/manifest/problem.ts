// What is wrong in a manifest and where: the one form in which every check reports, and the one line that a user reads.

export type Severity = "problem" | "warning";

export interface Problem {
  /** As the user named it, or relative to how they named the main file. */
  readonly file: string;
  /** From 1. A problem of a file as a whole stands at 1:1. */
  readonly line: number;
  readonly column: number;
  /** Keys from the top of the file, such as `agents.helper.model`; empty for the file as a whole. */
  readonly path: string;
  /** What was found and what is accepted, in plain words. Never holds a secret. */
  readonly message: string;
  readonly severity: Severity;
}

/** One line, such as `agents.yaml:3:5: agents.x.model: Found …, accepted …`. */
export function formatProblem(problem: Problem): string {
  const position = `${problem.file}:${problem.line}:${problem.column}`;
  const severity = problem.severity === "warning" ? "warning: " : "";
  const path = problem.path === "" ? "" : `${problem.path}: `;
  return `${position}: ${severity}${path}${problem.message}`;
}

/** Orders problems of one file by where they stand. */
export function byPosition(a: Problem, b: Problem): number {
  return a.line - b.line || a.column - b.column || a.path.localeCompare(b.path, "en");
}
