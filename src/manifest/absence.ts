// What a manifest that was good once names, and what this machine does not have now: a secret, a text. It costs those that need it, and nobody else.

import { formatPath, type Path } from "./yaml-tree.ts";

export interface Absence {
  readonly path: Path;
  /** What is wrong there, without any value. */
  readonly message: string;
}

export interface Missing {
  /** What it needs and cannot have now, each in a few words; absent: nothing. */
  readonly missing?: readonly string[];
}

/** Without its secret nobody reaches NATS, and no agent serves: that is a problem however good the text was. */
export function isNeededByAll(path: Path): boolean {
  return path[0] === "nats";
}

/** Those at the path or below it, their paths from there. */
export function absencesBelow(absences: readonly Absence[], path: Path): readonly Absence[] {
  return absences
    .filter((absence) => path.every((step, index) => absence.path[index] === step))
    .map(({ path: whole, message }) => ({ path: whole.slice(path.length), message }));
}

export function missingOf(absences: readonly Absence[]): Missing {
  if (absences.length === 0) return {};
  return { missing: absences.map(({ path, message }) => `${formatPath(path)}: ${message}`) };
}
