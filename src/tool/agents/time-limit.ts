// The turn's signal with a time limit of one call beside it.

import { ToolError } from "../contract.ts";

export interface TimeLimit {
  /** Fires when the turn is stopped, or the time is over. */
  readonly signal: AbortSignal;
  /** What ended the call, if one of both did: the turn's own reason, or that the time is over. */
  reason(): unknown;
  end(): void;
}

/** End it on every path. */
export function timeLimit(turn: AbortSignal, limitMs: number, who: string): TimeLimit {
  const limit = new AbortController();
  const over = new ToolError("timeout", `${who} did not finish within ${Math.round(limitMs / 1000)} s`);
  const timer = setTimeout(() => limit.abort(over), limitMs);
  const signal = AbortSignal.any([turn, limit.signal]);
  return {
    signal,
    reason: (): unknown => (signal.aborted ? signal.reason : undefined),
    end: () => clearTimeout(timer),
  };
}
