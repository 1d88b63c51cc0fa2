// The store of runs as a runtime opens it: a broken one is put aside, and a new one begun.

import { isBroken, putAside } from "../../host/broken-database.ts";
import type { Logger } from "../../telemetry/log.ts";
import { RunStore, storePath } from "./run-store.ts";

/** Throws when it cannot be used: a disk that is full, say. */
export function openRunStore(stateDirectory: string, log: Logger): RunStore {
  try {
    return RunStore.open(stateDirectory);
  } catch (error) {
    if (!isBroken(error)) throw error;
    const aside = putAside(storePath(stateDirectory), new Date());
    const reason = error instanceof Error ? error.message : String(error);
    log.error("The record of runs is broken: it is put aside, and a new one begun", { aside, reason });
    return RunStore.open(stateDirectory);
  }
}
