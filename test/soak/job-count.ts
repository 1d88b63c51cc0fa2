// What became of every job that was acknowledged, as a client sees it that reads all results anew.

import { OutsideSubmitter } from "../support/outside-submitter.ts";
import { until } from "../support/until.ts";
import type { Scene } from "./scene.ts";
import { soakOwner, worker } from "./soak-manifest.ts";

export interface JobCount {
  readonly acknowledged: number;
  /** Without a result. */
  readonly lost: readonly string[];
  /** With more than one. */
  readonly doubled: readonly string[];
  /** With a result that is not the expected one. */
  readonly wrong: readonly string[];
}

const limitMs = 60_000;

export async function countJobs({ busUrl, acknowledged }: Scene): Promise<JobCount> {
  const reader = await OutsideSubmitter.connect(busUrl, soakOwner);
  try {
    await reader.watchResults();
    const isComplete = (): boolean => acknowledged.every((id) => reader.stored(id).length > 0);
    await until("all results", isComplete, limitMs).catch(() => undefined);
    const of = (isFault: (stored: ReturnType<typeof reader.stored>) => boolean): readonly string[] =>
      acknowledged.filter((id) => isFault(reader.stored(id)));
    return {
      acknowledged: acknowledged.length,
      lost: of((stored) => stored.length === 0),
      doubled: of((stored) => stored.length > 1),
      wrong: of((stored) => stored.some(({ state, text }) => state !== "done" || text !== worker.expected)),
    };
  } finally {
    await reader.close();
  }
}
