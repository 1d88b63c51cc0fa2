// What one turn did, gathered while it runs, for its trace.

import type { ModelUsage } from "../model/contract.ts";
import type { ModelCallTrace, ToolCallTrace, TurnTrace } from "../telemetry/trace.ts";
import type { AgentPrompt, TurnOutcome } from "./contract.ts";

/** A longer answer is relayed whole, but neither remembered nor traced. */
export const maxKeptAnswerLength = 2 * 1024 * 1024;

export interface TurnRecord {
  text(text: string): void;
  /** The answer holds files. */
  files(): void;
  usage(usage: ModelUsage): void;
  fallback(from: string, to: string): void;
  /** Turns that were left out. Returns whether that is news. */
  trimmed(turns: number): boolean;
  tool(call: ToolCallTrace): void;
  /** In and out, all model calls so far. */
  tokens(): number;
  /** Calls of tools so far. */
  toolCalls(): number;
  /** Tools were called, and none did its work. */
  toolsFailed(): boolean;
  /** The whole answer; undefined when it is longer than `maxKeptAnswerLength`. */
  answer(): string | undefined;
  /** Whether the answer holds nothing but white space. */
  isBlank(): boolean;
  finish(outcome: TurnOutcome): TurnTrace;
}

export function turnRecord(
  agent: string,
  prompt: AgentPrompt,
  options: { readonly keepsText: boolean; readonly now?: () => number },
): TurnRecord {
  const now = options.now ?? (() => performance.now());
  const startedAt = now();
  const calls: ModelCallTrace[] = [];
  const tools: ToolCallTrace[] = [];
  const fallbacks: string[] = [];
  let firstTextMs: number | undefined;
  let trimmedTurns = 0;
  let answer = "";
  let isBlank = true;
  let isTooLong = false;
  return {
    text: (text) => {
      firstTextMs ??= now() - startedAt;
      isBlank &&= text.trim() === "";
      isTooLong ||= answer.length + text.length > maxKeptAnswerLength;
      answer = isTooLong ? "" : answer + text;
    },
    files: () => void (isBlank = false),
    usage: (usage) => void calls.push(usage),
    fallback: (from, to) => void fallbacks.push(`${from} → ${to}`),
    trimmed: (turns) => {
      const isNews = turns > trimmedTurns;
      trimmedTurns = Math.max(trimmedTurns, turns);
      return isNews;
    },
    tool: (call) => void tools.push(options.keepsText ? call : withoutInput(call)),
    tokens: () => calls.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0),
    toolCalls: () => tools.length,
    toolsFailed: () => haveAllFailed(tools),
    answer: () => (isTooLong ? undefined : answer),
    isBlank: () => isBlank,
    finish: (outcome) => ({
      id: prompt.id,
      agent,
      ...(prompt.conversation === undefined ? {} : { session: prompt.conversation }),
      ...senderFields(prompt),
      calls,
      tools,
      fallbacks,
      trimmedTurns,
      ...outcomeFields(outcome),
      ...(firstTextMs === undefined ? {} : { firstTextMs }),
      totalMs: now() - startedAt,
      ...(options.keepsText ? { prompt: prompt.text, answer: isTooLong ? "(too long)" : answer } : {}),
    }),
  };
}

function withoutInput({ name, outcome, durationMs, inputBytes, outputBytes }: ToolCallTrace): ToolCallTrace {
  return { name, outcome, durationMs, inputBytes, outputBytes };
}

function haveAllFailed(tools: readonly ToolCallTrace[]): boolean {
  return tools.length > 0 && tools.every(({ outcome }) => outcome !== "ok");
}

function senderFields({ sender }: AgentPrompt): Pick<TurnTrace, "sender" | "senderTrust"> {
  return sender === undefined ? {} : { sender: sender.id, senderTrust: sender.isVerified ? "verified" : "claimed" };
}

function outcomeFields(outcome: TurnOutcome): Pick<TurnTrace, "outcome" | "reason"> {
  if (outcome.ok) return { outcome: outcome.toolsFailed === true ? "tools_failed" : "ok" };
  const { failure } = outcome;
  switch (failure.kind) {
    case "model":
      return { outcome: "error", reason: `${failure.error}: ${failure.message}` };
    case "denied":
      return { outcome: "error", reason: `guard "${failure.pattern}" denies the ${failure.what}` };
    case "limit":
    case "memory":
    case "tools":
    case "internal":
      return { outcome: "error", reason: failure.message };
    case "stopped":
      return { outcome: "stopped", reason: reasonText(failure.reason) };
  }
}

function reasonText(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
