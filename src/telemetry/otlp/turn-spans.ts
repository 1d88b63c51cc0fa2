// A turn's trace as spans, named and attributed after the GenAI semantic conventions of OpenTelemetry, v0.1.0 (docs/tracing.md). Facts that
// those have no name for are under `muster.`.

import { newSpanId } from "../tracer.ts";
import type { ApprovalTrace, ModelCallTrace, ModelFailureTrace, SpanIds, ToolCallTrace, TurnTrace } from "../trace.ts";
import { turnTotals } from "../turn-totals.ts";
import { contentOf, messageOf } from "./content.ts";
import { type AttributeValue, type Attributes, Double, type Span } from "./span.ts";

/** Names in spans; a model may make them up. */
const maxNameLength = 64;
const maxTextLength = 1024;

interface TurnFrame {
  readonly trace: TurnTrace;
  readonly ids: SpanIds & { readonly spanId: string };
  /** Ms since 1970. */
  readonly startMs: number;
  /** What was said may be told. */
  readonly hasContent: boolean;
}

/** None where the turn is part of no trace that is recorded here. */
export function turnSpans(trace: TurnTrace, hasContent: boolean): readonly Span[] {
  const { span, calls, failures = [], tools, approvals = [] } = trace;
  if (span?.spanId === undefined) return [];
  const startMs = Date.parse(trace.startedAt ?? "");
  if (Number.isNaN(startMs)) return [];
  const frame = { trace, ids: { ...span, spanId: span.spanId }, startMs, hasContent };
  return [
    ...(trace.purpose === undefined ? [turnSpan(frame)] : []),
    ...failures.map((call) => failureSpan(frame, call)),
    ...calls.map((call) => callSpan(frame, call)),
    ...tools.map((call) => (call.isSearch === true ? searchSpan(frame, call) : toolSpan(frame, call))),
    ...approvals.map((approval) => approvalSpan(frame, approval)),
  ];
}

function turnSpan(frame: TurnFrame): Span {
  const { trace, ids, startMs, hasContent } = frame;
  const { parentSpanId, state } = ids;
  const error = trace.outcome === "tools_failed" ? trace.outcome : trace.error;
  return {
    traceId: ids.traceId,
    spanId: ids.spanId,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    ...(state === undefined ? {} : { traceState: state }),
    name: `invoke_agent ${trace.agent}`,
    kind: "internal",
    startMs,
    endMs: startMs + trace.totalMs,
    attributes: {
      "gen_ai.operation.name": "invoke_agent",
      ...common(trace),
      ...modelOf(trace),
      ...totalAttributes(trace),
      "error.type": error,
      "muster.turn": trace.id,
      "muster.outcome": trace.outcome,
      "muster.sender": trace.sender,
      "muster.sender.trust": trace.senderTrust,
      "muster.trigger": trace.trigger,
      "muster.time_to_first_text": seconds(trace.firstTextMs),
      "muster.turns_left_out": trace.trimmedTurns === 0 ? undefined : trace.trimmedTurns,
      "muster.fallbacks": trace.fallbacks.length === 0 ? undefined : trace.fallbacks.map(short),
      "gen_ai.input.messages": hasContent ? messageOf("user", trace.prompt) : undefined,
      "gen_ai.output.messages": hasContent ? messageOf("assistant", trace.answer) : undefined,
    },
    // A reason may repeat what a provider said, and that what it was sent.
    ...failureOf(error, hasContent ? trace.reason : undefined),
  };
}

function callSpan(frame: TurnFrame, call: ModelCallTrace): Span {
  const { startMs = 0, waitedMs = 0, totalMs } = call;
  const usage = {
    "gen_ai.response.finish_reasons": [call.finish],
    "gen_ai.response.model": call.servedModel,
    "gen_ai.response.time_to_first_chunk": seconds(call.firstTokenMs),
    "gen_ai.usage.input_tokens": call.inputTokens,
    "gen_ai.usage.output_tokens": call.outputTokens,
    "gen_ai.usage.cache_read.input_tokens": call.cachedTokens,
    "muster.tokens.estimated": call.estimated ? true : undefined,
    "muster.cost": call.cost && new Double(call.cost.amount),
    "muster.cost.currency": call.cost?.currency,
  };
  return chatSpan(frame, call, { startMs, totalMs: waitedMs + totalMs }, usage);
}

function failureSpan(frame: TurnFrame, call: ModelFailureTrace): Span {
  const isFailure = call.error !== "stopped";
  return {
    ...chatSpan(frame, call, call, { "error.type": isFailure ? call.error : undefined }),
    ...(isFailure ? { failure: {} } : {}),
  };
}

function chatSpan(
  frame: TurnFrame,
  { model, provider, asked }: Pick<ModelCallTrace, "model" | "provider" | "asked">,
  time: { readonly startMs: number; readonly totalMs: number },
  attributes: Attributes,
): Span {
  const { trace } = frame;
  const requested = asked?.model ?? model;
  return {
    ...inner(frame, time),
    name: `chat ${short(requested)}`,
    kind: provider === "builtin" ? "internal" : "client",
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": provider,
      ...common(trace),
      "gen_ai.request.model": requested,
      "gen_ai.request.stream": true,
      "gen_ai.request.temperature": asked?.temperature === undefined ? undefined : new Double(asked.temperature),
      "gen_ai.request.max_tokens": asked?.maxTokens,
      "gen_ai.request.seed": asked?.seed,
      "gen_ai.request.stop_sequences": asked?.stop,
      "server.address": asked?.server?.address,
      "server.port": asked?.server?.port,
      "muster.model": model,
      "muster.purpose": trace.purpose,
      ...attributes,
    },
  };
}

function toolSpan(frame: TurnFrame, call: ToolCallTrace): Span {
  const { startMs = 0, durationMs: totalMs, outcome } = call;
  const error = outcome === "ok" ? undefined : outcome;
  const { hasContent, trace } = frame;
  return {
    ...inner(frame, { startMs, totalMs }),
    ...(call.spanId === undefined ? {} : { spanId: call.spanId }),
    name: `execute_tool ${short(call.name)}`,
    kind: "internal",
    attributes: {
      "gen_ai.operation.name": "execute_tool",
      ...common(trace),
      "gen_ai.tool.name": short(call.name),
      "gen_ai.tool.type": "function",
      "gen_ai.tool.call.id": call.callId === undefined ? undefined : short(call.callId),
      "gen_ai.tool.call.arguments": hasContent ? contentOf(call.input) : undefined,
      "gen_ai.tool.call.result": hasContent ? contentOf(call.output) : undefined,
      "error.type": error,
      "muster.tool.input_bytes": call.inputBytes,
      "muster.tool.output_bytes": call.outputBytes,
    },
    ...failureOf(error, undefined),
  };
}

/** Documents that were searched for the prompt, before the model was asked. */
function searchSpan(
  frame: TurnFrame,
  { name, outcome, startMs = 0, durationMs: totalMs, outputBytes }: ToolCallTrace,
): Span {
  const error = outcome === "ok" ? undefined : outcome;
  return {
    ...inner(frame, { startMs, totalMs }),
    name: `retrieval ${name}`,
    kind: "internal",
    attributes: {
      "gen_ai.operation.name": "retrieval",
      ...common(frame.trace),
      "gen_ai.data_source.id": name,
      "error.type": error,
      "muster.tool.output_bytes": outputBytes,
    },
    ...failureOf(error, undefined),
  };
}

function approvalSpan(frame: TurnFrame, approval: ApprovalTrace): Span {
  const { tool, answer, by, startMs, waitedMs: totalMs, parentSpanId } = approval;
  return {
    ...inner(frame, { startMs, totalMs }),
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name: `approve ${short(tool)}`,
    kind: "internal",
    attributes: {
      ...common(frame.trace),
      "gen_ai.tool.name": short(tool),
      "muster.approval.answer": answer,
      "muster.approval.by": by,
    },
  };
}

/** A span within the turn, as one of a new id. */
function inner(
  { ids: { traceId, spanId, state }, startMs }: TurnFrame,
  time: { readonly startMs: number; readonly totalMs: number },
) {
  return {
    traceId,
    spanId: newSpanId(),
    parentSpanId: spanId,
    ...(state === undefined ? {} : { traceState: state }),
    startMs: startMs + time.startMs,
    endMs: startMs + time.startMs + time.totalMs,
  };
}

function common({ agent, session }: TurnTrace): Attributes {
  return { "gen_ai.agent.name": agent, "gen_ai.conversation.id": session };
}

/** Of the model that gave the answer, else of the first that was asked. */
function modelOf({ calls, failures = [] }: TurnTrace): Attributes {
  const call = calls.at(-1) ?? failures[0];
  return call === undefined
    ? {}
    : { "gen_ai.provider.name": call.provider, "gen_ai.request.model": call.asked?.model ?? call.model };
}

function totalAttributes({ calls }: TurnTrace): Attributes {
  if (calls.length === 0) return {};
  const { inputTokens, outputTokens, cachedTokens, costs, unpricedCalls } = turnTotals(calls);
  const [cost, ...others] = costs;
  const isKnown = unpricedCalls === 0 && others.length === 0;
  return {
    "gen_ai.usage.input_tokens": inputTokens,
    "gen_ai.usage.output_tokens": outputTokens,
    "gen_ai.usage.cache_read.input_tokens": cachedTokens,
    "muster.cost": cost && isKnown ? new Double(cost.amount) : undefined,
    "muster.cost.currency": cost && isKnown ? cost.currency : undefined,
  };
}

function failureOf(error: string | undefined, reason: string | undefined): Pick<Span, "failure"> {
  if (error === undefined) return {};
  return { failure: reason === undefined ? {} : { message: reason.slice(0, maxTextLength).toWellFormed() } };
}

function seconds(ms: number | undefined): AttributeValue | undefined {
  return ms === undefined ? undefined : new Double(ms / 1000);
}

function short(name: string): string {
  return name.slice(0, maxNameLength).toWellFormed();
}
