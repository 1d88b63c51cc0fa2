// Whether one version may follow another.

import { UpgradeError } from "./upgrade-error.ts";

export interface VersionChange {
  readonly from: string;
  readonly to: string;
  /** A lower version was asked for in so many words. */
  readonly mayGoDown: boolean;
}

/** `same`: there is nothing to do. Throws an `UpgradeError` for a lower version that was not asked for. */
export function versionOrder({ from, to, mayGoDown }: VersionChange): "same" | "up" | "down" {
  const order = Bun.semver.order(to, from);
  if (order === 0) return "same";
  if (order > 0) return "up";
  if (mayGoDown) return "down";
  throw new UpgradeError(
    `The bundle holds ${to}, which is older than ${from} that serves here. If that is meant: --allow-downgrade`,
  );
}
