// The record of one turn: what was called, what it cost, how it ended. Never what was said, unless the operator asked for it.

import type { Cost } from "./turn-totals.ts";

/** One call of a model that gave an answer. Durations in ms. */
export interface ModelCallTrace {
  /** Name of the manifest's model. */
  readonly model: string;
  readonly provider: string;
  /** As the provider names what answered; absent: it does not say. */
  readonly servedModel?: string;
  /** From the turn's start to the call's. */
  readonly startMs?: number;
  /** From there to its place at the endpoint. */
  readonly waitedMs?: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly estimated: boolean;
  readonly finish: string;
  /** Slot granted to first text or thinking; absent: there was none. */
  readonly firstTokenMs?: number;
  readonly totalMs: number;
  /** Absent: the provider does not say. */
  readonly cachedTokens?: number;
  /** By the manifest's prices; absent: not known. */
  readonly cost?: Cost;
  readonly asked?: AskedModel;
}

/** One call of a model that gave none: it was tried again, or another model was asked, or the turn failed by it. */
export interface ModelFailureTrace {
  readonly model: string;
  readonly provider: string;
  readonly startMs: number;
  readonly totalMs: number;
  /** The kind of its error; `stopped`: nobody wanted it any more. */
  readonly error: string;
  readonly asked?: AskedModel;
}

/** Whom was asked, and for what, as far as the manifest says. */
export interface AskedModel {
  /** The provider's own name of the model. */
  readonly model: string;
  readonly server?: { readonly address: string; readonly port: number };
  readonly temperature?: number;
  readonly maxTokens?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
}

/** One call of a tool, as it ended. */
export interface ToolCallTrace {
  readonly name: string;
  /** The model made the name up: there is no such tool. */
  readonly isUnknown?: true;
  /** Put before the model by the agent itself: it was not called. */
  readonly isSearch?: true;
  /** The call's id in its conversation. */
  readonly callId?: string;
  /** `ok`, or the kind of its error. */
  readonly outcome: string;
  /** From the turn's start. */
  readonly startMs?: number;
  readonly durationMs: number;
  /** Of the arguments as the model gave them. */
  readonly inputBytes: number;
  /** Of what the model read. */
  readonly outputBytes: number;
  /** Of what it called in turn, in the turn's trace. */
  readonly spanId?: string;
  /** The arguments, as the tool took them; kept only with `--log-prompts`. */
  readonly input?: Readonly<Record<string, unknown>>;
  /** What the model read; likewise. */
  readonly output?: string;
}

/** Leave that a tool asked for. */
export interface ApprovalTrace {
  readonly tool: string;
  readonly answer: "yes" | "no" | "always";
  /** `operator`, an agent ID, `caller` (a no only), or `nobody`. */
  readonly by: string;
  readonly startMs: number;
  /** How long it took. */
  readonly waitedMs: number;
  /** The span of the call that asked. */
  readonly parentSpanId?: string;
}

export interface TurnTrace {
  readonly id: string;
  readonly agent: string;
  /** What for, where it is no prompt's turn; `summary`: the oldest turns of the conversation were folded, after the turn of that id had ended. */
  readonly purpose?: "summary";
  readonly session?: string;
  /** Who sent the prompt, by its agent ID, with what that is worth; absent: it does not say. */
  readonly sender?: string;
  readonly senderTrust?: "verified" | "claimed";
  /** Where no caller asked: the agent's trigger that did. */
  readonly trigger?: string;
  /** ISO 8601. */
  readonly startedAt?: string;
  readonly calls: readonly ModelCallTrace[];
  /** In the order in which they ended. */
  readonly failures?: readonly ModelFailureTrace[];
  /** In the order in which they ended. */
  readonly tools: readonly ToolCallTrace[];
  readonly approvals?: readonly ApprovalTrace[];
  /** `from → to` of every model that was passed over. */
  readonly fallbacks: readonly string[];
  /** Turns of the conversation that did not fit the context and were left out. */
  readonly trimmedTurns: number;
  /** `tools_failed`: answered, and no tool that was called for it did its work. */
  readonly outcome: "ok" | "tools_failed" | "error" | "stopped";
  /** Why, when not ok. */
  readonly reason?: string;
  /** The class of that: the kind of a model's error, `limit`, `denied`, `tools`, `memory`, `internal`. */
  readonly error?: string;
  /** Prompt taken to first text. */
  readonly firstTextMs?: number;
  readonly totalMs: number;
  /** Absent: it belongs to no trace that goes over several processes. */
  readonly span?: SpanIds;
  /** What was said; kept only with `--log-prompts`. */
  readonly prompt?: string;
  readonly answer?: string;
}

/** The turn's place in its trace. */
export interface SpanIds {
  readonly traceId: string;
  /** Of the turn; absent: its spans are not exported. */
  readonly spanId?: string;
  readonly parentSpanId?: string;
  readonly state?: string;
}

/** The same without what was said. */
export function withoutText(trace: TurnTrace): TurnTrace {
  const tools = trace.tools.length === 0 ? trace.tools : trace.tools.map(withoutToolText);
  if (trace.prompt === undefined && trace.answer === undefined) return { ...trace, tools };
  return { ...without(trace, "prompt", "answer"), tools };
}

export function withoutToolText(call: ToolCallTrace): ToolCallTrace {
  return call.input === undefined && call.output === undefined ? call : without(call, "input", "output");
}

function without<Value extends object, Key extends keyof Value>(
  value: Value,
  ...keys: readonly Key[]
): Omit<Value, Key> {
  const copy = { ...value };
  for (const key of keys) Reflect.deleteProperty(copy, key);
  return copy;
}

/** Takes a turn's record. Must not throw. */
export type TraceSink = (trace: TurnTrace) => void;
