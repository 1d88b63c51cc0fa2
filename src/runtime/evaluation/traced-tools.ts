// The tools that a turn called, as the runtime's trace of it says. A turn is traced a moment after its answer has ended.

import { setTimeout as delay } from "node:timers/promises";
import type { EndedTurn } from "../../telemetry/recent-traces.ts";
import type { ToolCallTrace } from "../../telemetry/trace.ts";
import { askRuntime, ControlError } from "../control-client.ts";
import { isEndedTurns } from "../operation.ts";

const timeoutMs = 10_000;
const traceWithinMs = 10_000;
const pollMs = 100;
/** Of all agents: others answer meanwhile. */
const lookedAt = 500;

export interface TracedTurn {
  readonly session: string;
  /** Which one of the conversation, from 0. */
  readonly turn: number;
}

/** What follows a turn, such as a summary of its conversation, is none. */
export function turnOf(turns: readonly EndedTurn[], { session, turn }: TracedTurn): EndedTurn | undefined {
  return turns.filter((ended) => ended.session === session && ended.purpose === undefined)[turn];
}

/** Rejects with a `ControlError` when no runtime answers there, or it has no such turn; with the signal's reason when that fires. */
export async function tracedTools(
  stateDirectory: string,
  { session, turn }: TracedTurn,
  signal: AbortSignal,
): Promise<readonly ToolCallTrace[]> {
  const overAt = performance.now() + traceWithinMs;
  do {
    const kept = await askRuntime(stateDirectory, { op: "traces", last: lookedAt, follow: false }, timeoutMs);
    if (!isEndedTurns(kept)) throw new ControlError("The runtime's traces cannot be read: it is of another version");
    const found = turnOf(kept.turns, { session, turn });
    if (found !== undefined) return found.tools;
    await delay(pollMs, undefined, { signal });
  } while (performance.now() < overAt);
  throw new ControlError(
    "This machine's runtime has no trace of the turn. What tools are called is known of its own agents only: name its state directory with --state",
  );
}
