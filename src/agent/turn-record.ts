// What one turn did, gathered while it runs, for its trace.

import type { ModelAttempt, ModelUsage } from "../model/contract.ts";
import {
  type ApprovalTrace,
  type SpanIds,
  type ToolCallTrace,
  type TurnTrace,
  withoutToolText,
} from "../telemetry/trace.ts";
import type { TurnSpan } from "../telemetry/tracer.ts";
import type { AgentPrompt, TurnOutcome } from "./contract.ts";
import { RecordedCalls } from "./recorded-calls.ts";

/** A longer answer is relayed whole, but neither remembered nor traced. */
export const maxKeptAnswerLength = 2 * 1024 * 1024;

export interface TurnRecord {
  text(text: string): void;
  /** The answer holds files. */
  files(): void;
  usage(usage: ModelUsage): void;
  /** A call of a model has ended; of one with a usage, after that. */
  attempt(attempt: ModelAttempt): void;
  fallback(from: string, to: string): void;
  /** Turns that were left out. Returns whether that is news. */
  trimmed(turns: number): boolean;
  tool(call: ToolCallTrace): void;
  approval(approval: ApprovalTrace): void;
  /** Time from the turn's start until now, in ms. */
  elapsedMs(): number;
  /** The search for what is put beside the prompt; no call of a tool by the model. */
  recalled(search: ToolCallTrace): void;
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
  options: { readonly keepsText: boolean; readonly now?: () => number; readonly span?: TurnSpan | undefined },
): TurnRecord {
  const now = options.now ?? (() => performance.now());
  const startedAt = now();
  const wallTime = new Date().toISOString();
  const calls = new RecordedCalls(startedAt, now);
  const approvals: ApprovalTrace[] = [];
  const tools: ToolCallTrace[] = [];
  const searches: ToolCallTrace[] = [];
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
    usage: (usage) => calls.usage(usage),
    attempt: (attempt) => calls.attempt(attempt),
    fallback: (from, to) => void fallbacks.push(`${from} → ${to}`),
    trimmed: (turns) => {
      const isNews = turns > trimmedTurns;
      trimmedTurns = Math.max(trimmedTurns, turns);
      return isNews;
    },
    tool: (call) => void tools.push(options.keepsText ? call : withoutToolText(call)),
    recalled: (search) =>
      void searches.push({ ...(options.keepsText ? search : withoutToolText(search)), isSearch: true }),
    approval: (approval) => void approvals.push(approval),
    elapsedMs: () => now() - startedAt,
    tokens: () => calls.tokens(),
    toolCalls: () => tools.length,
    toolsFailed: () => haveAllFailed(tools),
    answer: () => (isTooLong ? undefined : answer),
    isBlank: () => isBlank,
    finish: (outcome) => ({
      id: prompt.id,
      agent,
      ...(prompt.conversation === undefined ? {} : { session: prompt.conversation }),
      ...senderFields(prompt),
      startedAt: wallTime,
      calls: calls.answered,
      failures: calls.failed,
      tools: [...searches, ...tools],
      approvals,
      fallbacks,
      trimmedTurns,
      ...outcomeFields(outcome),
      ...(firstTextMs === undefined ? {} : { firstTextMs }),
      totalMs: now() - startedAt,
      ...spanFields(options.span),
      ...(options.keepsText ? { prompt: prompt.text, answer: isTooLong ? "(too long)" : answer } : {}),
    }),
  };
}

/** What traces say of a turn's place in a trace over several processes. */
export function spanFields(span: TurnSpan | undefined): { readonly span?: SpanIds } {
  if (span === undefined) return {};
  const { context, isRecorded, parentSpanId } = span;
  const ids = {
    traceId: context.traceId,
    ...(isRecorded ? { spanId: context.spanId } : {}),
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    ...(context.state === undefined ? {} : { state: context.state }),
  };
  return { span: ids };
}

function haveAllFailed(tools: readonly ToolCallTrace[]): boolean {
  return tools.length > 0 && tools.every(({ outcome }) => outcome !== "ok");
}

function senderFields({ sender, origin }: AgentPrompt): Pick<TurnTrace, "sender" | "senderTrust" | "trigger"> {
  if (origin !== undefined) return { trigger: origin.name };
  return sender === undefined ? {} : { sender: sender.id, senderTrust: sender.isVerified ? "verified" : "claimed" };
}

function outcomeFields(outcome: TurnOutcome): Pick<TurnTrace, "outcome" | "reason" | "error"> {
  if (outcome.ok) return { outcome: outcome.toolsFailed === true ? "tools_failed" : "ok" };
  const { failure } = outcome;
  switch (failure.kind) {
    case "model":
      return { outcome: "error", error: failure.error, reason: `${failure.error}: ${failure.message}` };
    case "denied":
      return { outcome: "error", error: failure.kind, reason: `guard "${failure.pattern}" denies the ${failure.what}` };
    case "limit":
    case "memory":
    case "tools":
    case "internal":
      return { outcome: "error", error: failure.kind, reason: failure.message };
    case "stopped":
      return { outcome: "stopped", reason: reasonText(failure.reason) };
  }
}

function reasonText(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
