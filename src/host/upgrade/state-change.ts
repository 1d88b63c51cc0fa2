// What a change of versions does to the state directory: a newer format is refused backward, and kept as it was while a newer one is tried.

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { readFormat } from "../state/format.ts";
import type { UpgradePlaces } from "./places.ts";
import { UpgradeError } from "./upgrade-error.ts";

export interface StateChange {
  /** The new version will bring the state to a format that the one before can't read: a copy is needed for the way back. */
  readonly isKept: boolean;
  /** Size of that copy; 0 where none is needed. */
  readonly keptBytes: number;
}

/** `to`: the version meant, and the format that it reads. Throws an `UpgradeError` where it could not read the state. */
export function stateChange(
  to: { readonly version: string; readonly stateFormat: number },
  places: UpgradePlaces,
): StateChange {
  const { format, writtenBy } = readFormat(places.state);
  if (format > to.stateFormat) {
    throw new UpgradeError(
      `The state has format ${format}, written by Muster ${writtenBy}, and ${to.version} reads formats up to ${to.stateFormat}. To go there, put a backup of its time in its place first: "muster restore"`,
    );
  }
  const isKept = format < to.stateFormat;
  return { isKept, keptBytes: isKept ? sizeOf(places.state) : 0 };
}

function sizeOf(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}
