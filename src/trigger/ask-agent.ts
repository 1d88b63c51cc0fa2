// One run's prompt to its agent: one that was refused with a time to come back at is sent again then, within the agent's deadline.

import type { OwnAnswer } from "../bus/serving/service-port.ts";
import type { TriggerConfig } from "../manifest/trigger.ts";
import type { Clock } from "./clock.ts";
import type { TriggeredAgent } from "./contract.ts";
import type { fillPrompt } from "./fill-prompt.ts";
import type { OpenRun } from "./store/run-record.ts";

const leastRetryMs = 250;
const longestRetryMs = 60_000;

export interface AskedRun {
  readonly run: OpenRun;
  readonly config: TriggerConfig;
  readonly prompt: Awaited<ReturnType<typeof fillPrompt>>;
}

export interface AskPorts {
  /** Who takes prompts when it begins. */
  readonly first: TriggeredAgent;
  /** Who takes them now; undefined: nobody, and the first is asked. */
  readonly agent: () => TriggeredAgent | undefined;
  readonly clock: Clock;
}

/** Undefined: the signal fired before it began. */
export async function askAgent(
  { run, config, prompt }: AskedRun,
  { first, agent, clock }: AskPorts,
  signal: AbortSignal,
): Promise<OwnAnswer | undefined> {
  const givesUpMs = clock.steadyMs() + first.deadlineMs;
  for (let turn = 1; ; turn++) {
    const answer = await (agent() ?? first).prompt({
      id: turn === 1 ? run.id : `${run.id}-${turn}`,
      trigger: config.name,
      ...prompt,
      ...(config.conversation === undefined ? {} : { conversation: config.conversation }),
      hops: (run.event?.hops ?? 0) + 1,
      ...(run.event?.trace === undefined ? {} : { trace: run.event.trace }),
    });
    if (answer.type !== "refused") return answer;
    const waitMs = retryMs(answer.error.fields.retry_after_s);
    if (waitMs === undefined || clock.steadyMs() + waitMs > givesUpMs) return answer;
    if (!(await pause(clock, waitMs, signal))) return undefined;
  }
}

/** False: the signal fired meanwhile. */
function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve(false);
      return;
    }
    const onAbort = () => {
      cancel();
      resolve(false);
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener("abort", onAbort);
      resolve(true);
    });
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

function retryMs(retryAfterS: number | undefined): number | undefined {
  if (retryAfterS === undefined) return undefined;
  return Math.min(longestRetryMs, Math.max(leastRetryMs, retryAfterS * 1000));
}
