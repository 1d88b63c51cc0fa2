// Takes named patterns out of what is logged and stored; what the model and the caller read stays as it is.

import type { NamedPattern } from "../../manifest/manifest.ts";
import type { Conversations, OpenConversation, StoredMessage, StoredTurn } from "../../memory/contract.ts";
import type { TraceSink, TurnTrace } from "../../telemetry/trace.ts";
import { compilePatterns } from "./pattern.ts";

export type Redact = (text: string) => string;

/** Replaces each match by `[name]`. Rejects with what is wrong with a pattern. */
export async function redaction(patterns: readonly NamedPattern[]): Promise<Redact> {
  const compiled = await compilePatterns(patterns);
  return (text) => compiled.reduce((left, pattern) => pattern.replaceAll(left, `[${pattern.name}]`), text);
}

/** The same; where a pattern cannot be used, nothing is left of any text. Never rejects. */
export async function certainRedaction(patterns: readonly NamedPattern[]): Promise<Redact> {
  try {
    return await redaction(patterns);
  } catch {
    return () => "(not redacted: a pattern cannot be used)";
  }
}

/** Every text in a value of plain data, keys left alone. */
export function redactDeep(value: unknown, redact: Redact): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map((item) => redactDeep(item, redact));
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactDeep(item, redact)]));
}

/** Turns are traced without what the patterns match, a moment later than others. */
export function redactedTraces(onTrace: TraceSink, patterns: readonly NamedPattern[]): TraceSink {
  if (patterns.length === 0) return onTrace;
  return (trace) => void certainRedaction(patterns).then((redact) => onTrace(redactedTrace(trace, redact)));
}

/** A caller chooses the session's name, and a model that of a tool that is not there; an error's words may repeat what was said. */
function redactedTrace(trace: TurnTrace, redact: Redact): TurnTrace {
  const { prompt, answer, session, reason } = trace;
  return {
    ...trace,
    ...(session === undefined ? {} : { session: redact(session) }),
    ...(reason === undefined ? {} : { reason: redact(reason) }),
    ...(prompt === undefined ? {} : { prompt: redact(prompt) }),
    ...(answer === undefined ? {} : { answer: redact(answer) }),
    tools: trace.tools.map((call) => ({
      ...call,
      ...(call.isUnknown === true ? { name: redact(call.name) } : {}),
      ...(call.input === undefined ? {} : { input: redactedInput(call.input, redact) }),
      ...(call.output === undefined ? {} : { output: redact(call.output) }),
    })),
  };
}

/** What is appended is stored without what the patterns match. */
export function redactedConversations(conversations: Conversations, patterns: readonly NamedPattern[]): Conversations {
  if (patterns.length === 0) return conversations;
  return {
    open: async (key, signal) => redactedConversation(await conversations.open(key, signal), patterns),
  };
}

function redactedConversation(open: OpenConversation, patterns: readonly NamedPattern[]): OpenConversation {
  return {
    load: () => open.load(),
    append: async (turn) => open.append(redactedTurn(turn, await redaction(patterns))),
    fold: async (count, summary) => open.fold(count, redactedTurn(summary, await redaction(patterns))),
    release: () => open.release(),
  };
}

function redactedTurn(turn: StoredTurn, redact: Redact): StoredTurn {
  return { ...turn, messages: turn.messages.map((message) => redactedMessage(message, redact)) };
}

function redactedMessage(message: StoredMessage, redact: Redact): StoredMessage {
  if (message.role !== "assistant" || message.calls === undefined) return { ...message, text: redact(message.text) };
  const calls = message.calls.map((call) => ({ ...call, input: redactedInput(call.input, redact) }));
  return { ...message, text: redact(message.text), calls };
}

function redactedInput(input: Readonly<Record<string, unknown>>, redact: Redact): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(input).map(([key, value]) => [key, redactDeep(value, redact)]));
}
