// Runtimes of single tests: each ends with the test that started it.

import { afterEach } from "bun:test";
import { type MusterOptions, type RunningMuster, startMuster } from "./muster.ts";

/** Called once in a test file. Returns what starts one, as `startMuster`. */
export function mustersOfTests(): (options: MusterOptions) => Promise<RunningMuster> {
  const started: RunningMuster[] = [];
  afterEach(async () => {
    for (const muster of started.splice(0)) await muster.stop();
  });
  return async (options) => {
    const muster = await startMuster(options);
    started.push(muster);
    return muster;
  };
}
