// The runs that a runtime recorded which does not run now.

import { hasStore, RunStore } from "../trigger/store/run-store.ts";
import type { RunsReport } from "./control-protocol.ts";

/** Throws what SQLite throws. Empty where nothing was recorded. */
export function recordedRuns(
  stateDirectory: string,
  query: { readonly agent?: string; readonly last: number },
): RunsReport {
  if (!hasStore(stateDirectory)) return { runs: [], agents: query.agent === undefined ? [] : [query.agent] };
  const store = RunStore.read(stateDirectory);
  try {
    const runs = store.runs(query);
    return { runs, agents: query.agent === undefined ? [] : [query.agent] };
  } finally {
    store.close();
  }
}
