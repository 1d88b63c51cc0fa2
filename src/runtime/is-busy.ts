// Whether a runtime has work at hand, whosever.

import type { RuntimeParts } from "./runtime-parts.ts";

/** Turns in work or waiting, or documents that are being indexed. */
export function isBusy({ reconciler, knowledge }: Pick<RuntimeParts, "reconciler" | "knowledge">): boolean {
  const statuses = (reconciler?.agents() ?? []).map((agent) => agent.status());
  return statuses.some(({ inFlight, queued }) => inFlight + queued > 0) || knowledge?.isIndexing === true;
}
