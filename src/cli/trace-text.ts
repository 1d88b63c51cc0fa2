// A turn's trace as people read it: one line for the turn, one for each call of a model or a tool.

import type { ApprovalTrace, ModelCallTrace, ModelFailureTrace, ToolCallTrace } from "../telemetry/trace.ts";
import { costText, turnTotals } from "../telemetry/turn-totals.ts";
import type { EndedTurn } from "../telemetry/recent-traces.ts";
import { styleFor } from "./style.ts";
import type { Terminal } from "./terminal.ts";

/** With its line ends. */
export function traceText(turn: EndedTurn, terminal: Pick<Terminal, "hasColour" | "safe">): string {
  const style = styleFor(terminal);
  const { failures = [], approvals = [] } = turn;
  const outcome = turn.outcome === "ok" ? style.good("ok") : style.bad(turn.outcome);
  const head = [
    style.dim(timeOf(turn.endedAt)),
    style.bold(turn.agent),
    ...(turn.purpose === undefined ? [] : [turn.purpose]),
    outcome,
    duration(turn.totalMs),
    turn.firstTextMs === undefined ? "no text" : `first text ${duration(turn.firstTextMs)}`,
    ...totalTexts(turn.calls),
    ...(turn.session === undefined ? [] : [`session ${terminal.safe(turn.session)}`]),
    ...(turn.sender === undefined ? [] : [`${turn.senderTrust ?? ""} ${terminal.safe(turn.sender)}`]),
    ...(turn.trigger === undefined ? [] : [`trigger ${turn.trigger}`]),
    style.dim(turn.id),
  ];
  const notes = [
    ...(turn.reason === undefined ? [] : [`  ${terminal.safe(turn.reason)}`]),
    ...turn.fallbacks.map((fallback) => `  fallback ${terminal.safe(fallback)}`),
    ...(turn.span === undefined ? [] : [`  trace ${turn.span.traceId}`]),
    ...(turn.trimmedTurns === 0 ? [] : [`  ${turn.trimmedTurns} older turns left out`]),
  ];
  const lines = [
    head.join("  "),
    ...notes,
    ...failures.map((failure) => failureText(failure)),
    ...turn.calls.map(callText),
    ...turn.tools.map((tool) => toolText(tool, terminal)),
    ...approvals.map((approval) => approvalText(approval, terminal)),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function callText(call: ModelCallTrace): string {
  const about = call.estimated ? "about " : "";
  const cached = call.cachedTokens === undefined ? "" : ` (${call.cachedTokens} cached)`;
  const cut = call.finish === "length" ? ", cut at its limit" : "";
  const first = call.firstTokenMs === undefined ? "no token" : `first token ${duration(call.firstTokenMs)}`;
  return `  model ${call.model} (${call.provider})  ${about}${call.inputTokens}${cached} → ${call.outputTokens} tokens  ${first}, ${duration(call.totalMs)}${cut}`;
}

function failureText(call: ModelFailureTrace): string {
  return `  model ${call.model} (${call.provider})  failed: ${call.error}  after ${duration(call.totalMs)}`;
}

function approvalText(approval: ApprovalTrace, terminal: Pick<Terminal, "safe">): string {
  const { tool, answer, by, waitedMs } = approval;
  return `  approval of ${terminal.safe(tool)}  ${answer} by ${terminal.safe(by)}  after ${duration(waitedMs)}`;
}

function toolText(tool: ToolCallTrace, terminal: Pick<Terminal, "safe">): string {
  return `  tool ${terminal.safe(tool.name)}  ${tool.outcome}  ${duration(tool.durationMs)}  ${tool.inputBytes} B → ${tool.outputBytes} B`;
}

/** Of all model calls; what is not known is said beside what is. */
function totalTexts(calls: readonly ModelCallTrace[]): readonly string[] {
  if (calls.length === 0) return [];
  const totals = turnTotals(calls);
  const about = totals.estimated ? "about " : "";
  return [`${about}${totals.inputTokens} → ${totals.outputTokens} tokens`, `cost ${costText(totals)}`];
}

/** Of the local day, as in the log. */
function timeOf(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : time.toLocaleString("sv-SE");
}

function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
