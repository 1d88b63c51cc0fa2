// The calls of one answer: neighbours that only read run at the same time, every other one alone, in order. Results come in the order of the
// calls, whichever ended first.

import type { ModelToolCall } from "../model/contract.ts";
import type { AgentEvent, TurnLimitName } from "./contract.ts";
import { type Emit, eventsDuring } from "./events-during.ts";
import { callBatches } from "./call-batches.ts";
import { CallRun, type CallResult } from "./call-run.ts";
import type { Turn } from "./turn-ports.ts";

const mostRepeats = 3;
const notMade = "Not called: the answer was given before";

export interface CallsOutcome {
  /** One of each call, in the order of the calls. */
  readonly results: readonly CallResult[];
  /** No further calls may be made. */
  readonly reachedLimit?: TurnLimitName;
  /** What a tool said as the answer, when one ended the turn. */
  readonly said?: string;
}

/** Throws only the signal's reason, when the turn is stopped. Ends what it started, within 1 s, when nobody reads its events any more. */
export function callTools(turn: Turn, calls: readonly ModelToolCall[]): AsyncGenerator<AgentEvent, CallsOutcome, void> {
  return eventsDuring((emit, left) => runAll(turn, calls, AbortSignal.any([turn.signal, left]), emit));
}

async function runAll(
  turn: Turn,
  calls: readonly ModelToolCall[],
  signal: AbortSignal,
  emit: Emit,
): Promise<CallsOutcome> {
  const run = new CallRun(turn, signal, emit);
  const results: CallResult[] = [];
  for (const batch of callBatches(calls, turn.tools.all)) {
    signal.throwIfAborted();
    if (run.endsTurn) results.push(...batch.map((call) => ({ call, text: notMade })));
    else results.push(...(await Promise.all(batch.map((call) => run.call(call)))));
  }
  const reachedLimit = limitOf(turn);
  return {
    results,
    ...(reachedLimit === undefined ? {} : { reachedLimit }),
    ...(run.endsTurn ? { said: run.said } : {}),
  };
}

/** A model that repeats itself again and again would use up all its steps with that. */
function limitOf({ ports, record, repeats }: Turn): TurnLimitName | undefined {
  if (record.toolCalls() >= ports.limits.toolCalls) return "tool_calls";
  return repeats.stopped >= mostRepeats ? "repeated_calls" : undefined;
}
