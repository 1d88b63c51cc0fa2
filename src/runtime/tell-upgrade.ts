// What a runtime says at its start of the last switch to another version.

import { ownOutcome, type SwitchOutcome } from "../host/upgrade/outcome.ts";
import type { Logger } from "../telemetry/log.ts";

/** Gives it back, for the status; a switch that was taken back is a warning at every start until the next one. */
export function tellUpgrade(
  log: Logger,
  find: () => SwitchOutcome | undefined = ownOutcome,
): SwitchOutcome | undefined {
  const outcome = find();
  if (outcome?.result === "back") {
    const { from, to, time, reason } = outcome;
    log.warn("The last upgrade was taken back", { from, to, time, reason });
  }
  return outcome;
}
