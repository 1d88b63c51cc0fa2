// The record of a turn as lines of the log.

import type { Logger } from "./log.ts";
import type { ApprovalTrace, ModelCallTrace, ModelFailureTrace, ToolCallTrace, TraceSink, TurnTrace } from "./trace.ts";
import { costText, turnTotals } from "./turn-totals.ts";

/** Writes a line for each call of a model or a tool, then one for the turn. */
export function logTrace(log: Logger): TraceSink {
  return (trace) => {
    const turn = { agent: trace.agent, turn: trace.id, trace_id: trace.span?.traceId };
    const asker = trace.purpose === undefined ? turn : { ...turn, purpose: trace.purpose };
    for (const call of trace.failures ?? []) log.info("Model call failed", { ...asker, ...failureFields(call) });
    for (const call of trace.calls) log.info("Model call", { ...asker, ...callFields(call) });
    // The line of a summary's only call says it all.
    if (trace.purpose !== undefined && trace.outcome === "ok") return;
    for (const call of trace.tools) log.info("Tool call", { ...turn, ...toolFields(call) });
    for (const approval of trace.approvals ?? [])
      log.info("Approval of a tool", { ...turn, ...approvalFields(approval) });
    const fields = {
      ...turn,
      session: trace.session,
      sender: trace.sender,
      sender_trust: trace.senderTrust,
      trigger: trace.trigger,
      purpose: trace.purpose,
      outcome: trace.outcome,
      reason: trace.reason,
      first_text_ms: round(trace.firstTextMs),
      total_ms: round(trace.totalMs),
      ...totalFields(trace),
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

/** What is not known is said, and is not nothing. */
function totalFields({ calls }: TurnTrace): Record<string, unknown> {
  if (calls.length === 0) return {};
  const totals = turnTotals(calls);
  return {
    tokens_in: totals.inputTokens,
    tokens_out: totals.outputTokens,
    tokens_cached: totals.cachedTokens,
    cost: costText(totals),
  };
}

function failureFields(call: ModelFailureTrace): Record<string, unknown> {
  return { model: call.model, provider: call.provider, error: call.error, total_ms: round(call.totalMs) };
}

function approvalFields({ tool, answer, by, waitedMs }: ApprovalTrace): Record<string, unknown> {
  return { tool, answer, by, ms: round(waitedMs) };
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
