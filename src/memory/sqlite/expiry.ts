// Which conversations are older than they may get, though the clock that stamped them may have been wrong, or be wrong now.

import { earliestPlausibleMs, type SteppedClock } from "../../host/stepped-clock.ts";
import type { ConversationRow } from "./conversation-rows.ts";

/** Less is no difference that a time to live would notice. */
const smallestCorrectionMs = 60_000;
/** Soon after its start a machine may not know the time yet: then nothing is old but what was used since, for so long at least. */
const graceMs = 10 * 60_000;

export interface Expiry {
  readonly expired: readonly ConversationRow[];
  /** Stamps of a clock that was wrong, as they should be: so that the next start, which knows nothing of its steps, is right, too. */
  readonly restamped: readonly { readonly id: number; readonly usedMs: number }[];
}

/**
 * While this machine's clock shows a time that cannot be, nothing is old. What was stamped by a clock that was not set yet, or that was ahead,
 * begins its time anew. `uptimeMs`: how long this process has watched the clock.
 */
export function expiry(
  rows: readonly ConversationRow[],
  { clock, nowMs, uptimeMs }: { readonly clock: SteppedClock; readonly nowMs: number; readonly uptimeMs: number },
): Expiry {
  if (nowMs < earliestPlausibleMs) return { expired: [], restamped: [] };
  const aged = rows.map((row) => ({ row, ageMs: clock.ageMs(row.used_ms) ?? 0 }));
  return {
    expired: aged
      .filter(({ row, ageMs }) => ageMs >= row.expire_ms && (uptimeMs >= graceMs || ageMs <= uptimeMs))
      .map(({ row }) => row),
    restamped: aged
      .filter(
        ({ row, ageMs }) => ageMs < row.expire_ms && Math.abs(nowMs - ageMs - row.used_ms) >= smallestCorrectionMs,
      )
      .map(({ row, ageMs }) => ({ id: row.id, usedMs: nowMs - ageMs })),
  };
}
