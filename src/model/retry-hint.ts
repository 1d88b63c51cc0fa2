// When a call that failed may be tried again by whoever asked for it.

import type { ModelError } from "./contract.ts";

/** Statuses by which a server says that it has too much to do, and not that something is wrong. */
const busy: ReadonlySet<number> = new Set([429, 503, 529]);
const busyRetryS = 5;

/** Seconds: as the server says; of one that is busy and does not say, a few. Undefined: nobody knows that it will be better. */
export function retryHintS({ kind, retryAfterS, status }: ModelError): number | undefined {
  if (retryAfterS !== undefined || kind !== "refused") return retryAfterS;
  return busy.has(status ?? 0) ? busyRetryS : undefined;
}
