// The folder of one turn: made when a tool first wants it, removed with all in it when the turn ends.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Logger } from "../telemetry/log.ts";

export interface TurnFolder {
  /** Absolute path; the same each time. Rejects when it cannot be made. */
  path(): Promise<string>;
  /** Never rejects. */
  remove(): Promise<void>;
}

export function turnFolder(log: Logger): TurnFolder {
  let made: Promise<string> | undefined;
  return {
    path: () => (made ??= mkdtemp(join(tmpdir(), "muster-turn-"))),
    remove: async () => {
      try {
        if (made !== undefined) await rm(await made, { recursive: true, force: true, maxRetries: 3 });
      } catch (error) {
        log.warn("The folder of a turn could not be removed", { error });
      }
    },
  };
}
