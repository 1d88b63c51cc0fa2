// One parsed file under check: problems are named by path, and find their place in the text themselves.

import { type Absence, isNeededByAll } from "./absence.ts";
import type { FileReport } from "./file-report.ts";
import { at, type Path, type YamlTree } from "./yaml-tree.ts";

export class FileScope {
  readonly tree: YamlTree;
  readonly report: FileReport;
  /** What is not there now, and was: of a text that was good once. */
  readonly absences: Absence[] = [];
  readonly #wasGood: boolean;

  constructor(tree: YamlTree, report: FileReport, wasGood = false) {
    this.tree = tree;
    this.report = report;
    this.#wasGood = wasGood;
  }

  /** About the value at a path; where there is none, about the nearest map above it. */
  problem(path: Path, message: string): void {
    this.report.problem(this.#valueOffset(path), path, message);
  }

  /** What the value names is not there: a problem, unless the text was good once and can wait for it. Returns whether it can. */
  absent(path: Path, message: string): boolean {
    const canWait = this.#wasGood && !isNeededByAll(path);
    if (canWait) this.absences.push({ path, message });
    else this.problem(path, message);
    return canWait;
  }

  /** About the key itself. */
  keyProblem(path: Path, message: string): void {
    this.report.problem(this.#keyOffset(path), path, message);
  }

  warning(path: Path, message: string): void {
    this.report.warning(this.#valueOffset(path), path, message);
  }

  lineOf(path: Path): number {
    return this.report.lineOf(this.#keyOffset(path));
  }

  #valueOffset(path: Path): number {
    const found = at(this.tree, path);
    if (found === undefined) return this.#keyOffset(path);
    const { tree, keyOffset } = found;
    const isOnKeyLine = tree.kind === "scalar" || this.report.lineOf(tree.offset) === this.report.lineOf(keyOffset);
    const isNothing = tree.kind === "scalar" && tree.value === null && tree.source === "";
    return isOnKeyLine && !isNothing ? tree.offset : keyOffset;
  }

  #keyOffset(path: Path): number {
    for (let length = path.length; length >= 0; length--) {
      const found = at(this.tree, path.slice(0, length));
      if (found !== undefined) return found.keyOffset;
    }
    return this.tree.offset;
  }
}
