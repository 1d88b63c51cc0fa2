// Brings a state directory to the format that this executable works on, step by step: each is marked when it is done, and done again when it is not.

import { markFormat, readFormat, refuseNewer } from "./format.ts";
import { StateDirectoryError } from "../state-directory.ts";
import type { Migration } from "./migration.ts";
import { migration as fromForm0 } from "./migrations/0-strays-of-killed-writers.ts";

/** One for each format but the last, in order. */
export const migrations: readonly Migration[] = [fromForm0];

/**
 * To be called with the directory's lock held. Throws a `StateDirectoryError`, with the directory at the last format that was reached, for a format
 * that a newer executable made and for a step that fails.
 */
export function migrateState(directory: string, steps: readonly Migration[] = migrations): void {
  refuseNewerState(directory);
  const { format } = readFormat(directory);
  for (const step of steps.filter(({ from }) => from >= format)) {
    try {
      step.run(directory);
      markFormat(directory, step.from + 1);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new StateDirectoryError(
        `Cannot bring state directory "${directory}" from format ${step.from} to ${step.from + 1} (${step.does}): ${reason}. Nothing is lost; the next start tries again`,
        { cause },
      );
    }
  }
}

/** Throws a `StateDirectoryError` for a format that only a newer executable knows. Changes nothing. */
export function refuseNewerState(directory: string): void {
  refuseNewer(
    readFormat(directory),
    `State directory "${directory}"`,
    `Start that version or a newer one again, put back a backup of before with "muster restore FILE --force", or choose another with --state DIR`,
  );
}
