// Collects what the checks find in one file, and turns offsets in its text into lines and columns.

import { byPosition, type Problem, type Severity } from "./problem.ts";
import { formatPath, type Path } from "./yaml-tree.ts";

/** A file can be wrong in any number of places; a reader can't use more than these. */
const maxFindings = 200;

export class FileReport {
  readonly file: string;
  readonly #lineStarts: readonly number[];
  readonly #findings = new Map<string, Problem>();

  constructor(file: string, text: string) {
    this.file = file;
    this.#lineStarts = lineStartsOf(text);
  }

  problem(offset: number, path: Path, message: string): void {
    this.#add(offset, path, message, "problem");
  }

  warning(offset: number, path: Path, message: string): void {
    this.#add(offset, path, message, "warning");
  }

  /** Of a file that could not be read. */
  failure(failure: { readonly line: number; readonly column: number; readonly message: string }): void {
    this.#findings.set("", { ...failure, file: this.file, path: "", severity: "problem" });
  }

  /** From 1, by the offset of a character in the text. */
  lineOf(offset: number): number {
    return this.#lineIndex(offset) + 1;
  }

  get problems(): Problem[] {
    return this.#of("problem");
  }

  get warnings(): Problem[] {
    return this.#of("warning");
  }

  #of(severity: Severity): Problem[] {
    return [...this.#findings.values()].filter((finding) => finding.severity === severity).toSorted(byPosition);
  }

  #add(offset: number, path: Path, message: string, severity: Severity): void {
    if (this.#findings.size >= maxFindings) return;
    const index = this.#lineIndex(offset);
    const column = offset - (this.#lineStarts[index] ?? 0) + 1;
    const finding = { file: this.file, line: index + 1, column, path: formatPath(path), message, severity };
    this.#findings.set(`${offset} ${finding.path} ${message}`, finding);
  }

  #lineIndex(offset: number): number {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", end + 1)) starts.push(end + 1);
  return starts;
}
