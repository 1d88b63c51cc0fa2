// The record of one turn: what was called, what it cost, how it ended. Never what was said, unless the operator asked for it.

import type { Logger } from "./log.ts";

/** One call of a model, as it ended. Durations in ms. */
export interface ModelCallTrace {
  readonly model: string;
  readonly provider: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly estimated: boolean;
  readonly finish: string;
  /** Slot granted to first text or thinking; absent: there was none. */
  readonly firstTokenMs?: number;
  readonly totalMs: number;
  readonly cachedTokens?: number;
  /** By the manifest's prices; absent: not known. */
  readonly cost?: { readonly amount: number; readonly currency: string };
}

/** One call of a tool, as it ended. */
export interface ToolCallTrace {
  readonly name: string;
  /** `ok`, or the kind of its error. */
  readonly outcome: string;
  readonly durationMs: number;
  /** Of the arguments as the model gave them. */
  readonly inputBytes: number;
  /** Of what the model read. */
  readonly outputBytes: number;
  /** The arguments, as the tool took them; kept only with `--log-prompts`. */
  readonly input?: Readonly<Record<string, unknown>>;
}

export interface TurnTrace {
  readonly id: string;
  readonly agent: string;
  readonly session?: string;
  /** Who sent the prompt, by its agent ID, with what that is worth; absent: it does not say. */
  readonly sender?: string;
  readonly senderTrust?: "verified" | "claimed";
  readonly calls: readonly ModelCallTrace[];
  /** In the order in which they ended. */
  readonly tools: readonly ToolCallTrace[];
  /** `from → to` of every model that was passed over. */
  readonly fallbacks: readonly string[];
  /** Turns of the conversation that did not fit the context and were left out. */
  readonly trimmedTurns: number;
  /** `tools_failed`: answered, and no tool that was called for it did its work. */
  readonly outcome: "ok" | "tools_failed" | "error" | "stopped";
  /** Why, when not ok. */
  readonly reason?: string;
  /** Prompt taken to first text. */
  readonly firstTextMs?: number;
  readonly totalMs: number;
  /** What was said; kept only with `--log-prompts`. */
  readonly prompt?: string;
  readonly answer?: string;
}

/** Takes a turn's record. Must not throw. */
export type TraceSink = (trace: TurnTrace) => void;

/** Writes a line for each call of a model or a tool, then one for the turn. */
export function logTrace(log: Logger): TraceSink {
  return (trace) => {
    const turn = { agent: trace.agent, turn: trace.id };
    for (const call of trace.calls) log.info("Model call", { ...turn, ...callFields(call) });
    for (const call of trace.tools) log.info("Tool call", { ...turn, ...toolFields(call) });
    const fields = {
      ...turn,
      session: trace.session,
      sender: trace.sender,
      sender_trust: trace.senderTrust,
      outcome: trace.outcome,
      reason: trace.reason,
      first_text_ms: round(trace.firstTextMs),
      total_ms: round(trace.totalMs),
      fallbacks: trace.fallbacks.length === 0 ? undefined : trace.fallbacks,
      trimmed_turns: trace.trimmedTurns === 0 ? undefined : trace.trimmedTurns,
      prompt: trace.prompt,
      answer: trace.answer,
    };
    tellOutcome(log, trace.outcome, fields);
  };
}

function tellOutcome(log: Logger, outcome: TurnTrace["outcome"], fields: Record<string, unknown>): void {
  switch (outcome) {
    case "ok":
      log.info("Turn answered", fields);
      break;
    case "tools_failed":
      log.warn("Turn answered, and every tool failed", fields);
      break;
    case "error":
      log.warn("Turn failed", fields);
      break;
    case "stopped":
      log.info("Turn stopped", fields);
      break;
  }
}

function toolFields(call: ToolCallTrace): Record<string, unknown> {
  return {
    tool: call.name,
    outcome: call.outcome,
    ms: round(call.durationMs),
    bytes_in: call.inputBytes,
    bytes_out: call.outputBytes,
  };
}

function callFields(call: ModelCallTrace): Record<string, unknown> {
  return {
    model: call.model,
    provider: call.provider,
    tokens_in: call.inputTokens,
    tokens_out: call.outputTokens,
    tokens_cached: call.cachedTokens,
    cost: call.cost && `${call.cost.amount.toPrecision(4)} ${call.cost.currency}`,
    estimated: call.estimated ? true : undefined,
    finish: call.finish,
    first_token_ms: round(call.firstTokenMs),
    total_ms: round(call.totalMs),
  };
}

function round(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 10) / 10;
}
