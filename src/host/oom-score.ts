// Whom the system ends first when memory runs out: a process that can be started again at the price of one answer.

import { writeFileSync } from "node:fs";

/** Above whatever the runtime and its NATS server have (0, or -200 in our unit), below what asks to be ended at once (1000). */
const expendableScore = 500;

/** Makes the calling process the first of ours to be ended. Does nothing where the system has no such choice. */
export function endBeforeOthers(): void {
  if (process.platform !== "linux") return;
  try {
    writeFileSync("/proc/self/oom_score_adj", String(expendableScore));
  } catch (error) {
    process.stderr.write(`Cannot raise oom_score_adj: ${String(error)}\n`);
  }
}
