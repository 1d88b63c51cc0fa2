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

interface RecordOptions {
  readonly keepsText: boolean;
  readonly now?: () => number;
  readonly span?: TurnSpan | undefined;
}

export function turnRecord(agent: string, prompt: AgentPrompt, options: RecordOptions): TurnRecord {
  return new TurnRecord(agent, prompt, options);
}

/** One a turn: a class, for closures would cost each turn several times as much. */
export class TurnRecord {
  readonly #agent: string;
  readonly #prompt: AgentPrompt;
  readonly #keepsText: boolean;
  readonly #span: TurnSpan | undefined;
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #wallTime = new Date().toISOString();
  readonly #calls: RecordedCalls;
  readonly #approvals: ApprovalTrace[] = [];
  readonly #tools: ToolCallTrace[] = [];
  readonly #searches: ToolCallTrace[] = [];
  readonly #fallbacks: string[] = [];
  #firstTextMs: number | undefined;
  #trimmedTurns = 0;
  #answer = "";
  #isBlank = true;
  #isTooLong = false;

  constructor(agent: string, prompt: AgentPrompt, { keepsText, now = monotonicMs, span }: RecordOptions) {
    this.#agent = agent;
    this.#prompt = prompt;
    this.#keepsText = keepsText;
    this.#span = span;
    this.#now = now;
    this.#startedAt = now();
    this.#calls = new RecordedCalls(this.#startedAt, now);
  }

  text(text: string): void {
    this.#firstTextMs ??= this.elapsedMs();
    this.#isBlank &&= text.trim() === "";
    this.#isTooLong ||= this.#answer.length + text.length > maxKeptAnswerLength;
    this.#answer = this.#isTooLong ? "" : this.#answer + text;
  }

  /** The answer holds files. */
  files(): void {
    this.#isBlank = false;
  }

  usage(usage: ModelUsage): void {
    this.#calls.usage(usage);
  }

  /** A call of a model has ended; of one with a usage, after that. */
  attempt(attempt: ModelAttempt): void {
    this.#calls.attempt(attempt);
  }

  fallback(from: string, to: string): void {
    this.#fallbacks.push(`${from} → ${to}`);
  }

  /** Turns that were left out. Returns whether that is news. */
  trimmed(turns: number): boolean {
    const isNews = turns > this.#trimmedTurns;
    this.#trimmedTurns = Math.max(this.#trimmedTurns, turns);
    return isNews;
  }

  tool(call: ToolCallTrace): void {
    this.#tools.push(this.#keepsText ? call : withoutToolText(call));
  }

  /** The search for what is put beside the prompt; no call of a tool by the model. */
  recalled(search: ToolCallTrace): void {
    this.#searches.push({ ...(this.#keepsText ? search : withoutToolText(search)), isSearch: true });
  }

  approval(approval: ApprovalTrace): void {
    this.#approvals.push(approval);
  }

  /** Time from the turn's start until now, in ms. */
  elapsedMs(): number {
    return this.#now() - this.#startedAt;
  }

  /** In and out, all model calls so far. */
  tokens(): number {
    return this.#calls.tokens();
  }

  /** Calls of tools so far. */
  toolCalls(): number {
    return this.#tools.length;
  }

  /** Tools were called, and none did its work. */
  toolsFailed(): boolean {
    return this.#tools.length > 0 && this.#tools.every(({ outcome }) => outcome !== "ok");
  }

  /** The whole answer; undefined when it is longer than `maxKeptAnswerLength`. */
  answer(): string | undefined {
    return this.#isTooLong ? undefined : this.#answer;
  }

  /** Whether the answer holds nothing but white space. */
  isBlank(): boolean {
    return this.#isBlank;
  }

  finish(outcome: TurnOutcome): TurnTrace {
    const prompt = this.#prompt;
    return {
      id: prompt.id,
      agent: this.#agent,
      ...(prompt.conversation === undefined ? {} : { session: prompt.conversation }),
      ...senderFields(prompt),
      startedAt: this.#wallTime,
      calls: this.#calls.answered,
      failures: this.#calls.failed,
      tools: [...this.#searches, ...this.#tools],
      approvals: this.#approvals,
      fallbacks: this.#fallbacks,
      trimmedTurns: this.#trimmedTurns,
      ...outcomeFields(outcome),
      ...(this.#firstTextMs === undefined ? {} : { firstTextMs: this.#firstTextMs }),
      totalMs: this.elapsedMs(),
      ...spanFields(this.#span),
      ...(this.#keepsText ? { prompt: prompt.text, answer: this.answer() ?? "(too long)" } : {}),
    };
  }
}

function monotonicMs(): number {
  return performance.now();
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
