// A turn's trace as people read it: one line for the turn, one for each call of a model or a tool.

import type { ModelCallTrace, ToolCallTrace } from "../telemetry/trace.ts";
import type { EndedTurn } from "../telemetry/recent-traces.ts";
import { styleFor } from "./style.ts";
import type { Terminal } from "./terminal.ts";

/** With its line ends. */
export function traceText(turn: EndedTurn, terminal: Pick<Terminal, "hasColour" | "safe">): string {
  const style = styleFor(terminal);
  const outcome = turn.outcome === "ok" ? style.good("ok") : style.bad(turn.outcome);
  const head = [
    style.dim(timeOf(turn.endedAt)),
    style.bold(turn.agent),
    outcome,
    duration(turn.totalMs),
    turn.firstTextMs === undefined ? "no text" : `first text ${duration(turn.firstTextMs)}`,
    ...costText(turn.calls),
    ...(turn.session === undefined ? [] : [`session ${terminal.safe(turn.session)}`]),
    ...(turn.sender === undefined ? [] : [`${turn.senderTrust ?? ""} ${terminal.safe(turn.sender)}`]),
    style.dim(turn.id),
  ];
  const notes = [
    ...(turn.reason === undefined ? [] : [`  ${terminal.safe(turn.reason)}`]),
    ...turn.fallbacks.map((fallback) => `  fallback ${terminal.safe(fallback)}`),
    ...(turn.trimmedTurns === 0 ? [] : [`  ${turn.trimmedTurns} older turns left out`]),
  ];
  const lines = [
    head.join("  "),
    ...notes,
    ...turn.calls.map(callText),
    ...turn.tools.map((tool) => toolText(tool, terminal)),
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

function toolText(tool: ToolCallTrace, terminal: Pick<Terminal, "safe">): string {
  return `  tool ${terminal.safe(tool.name)}  ${tool.outcome}  ${duration(tool.durationMs)}  ${tool.inputBytes} B → ${tool.outputBytes} B`;
}

/** What is not known is said beside what is. */
function costText(calls: readonly ModelCallTrace[]): readonly string[] {
  const sums = new Map<string, number>();
  for (const { cost } of calls)
    if (cost !== undefined) sums.set(cost.currency, (sums.get(cost.currency) ?? 0) + cost.amount);
  if (sums.size === 0) return [];
  const known = [...sums].map(([currency, amount]) => `${Number(amount.toPrecision(4))} ${currency}`).join(" + ");
  return [calls.some(({ cost }) => cost === undefined) ? `${known} + unknown` : known];
}

/** Of the local day, as in the log. */
function timeOf(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : time.toLocaleString("sv-SE");
}

function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
