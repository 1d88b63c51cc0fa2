// One turn: the conversation so far, the prompt, the model's answer, and the turn remembered. Whatever happens, its last event is `end`.

import type { Conversations, OpenConversation, StoredTurn } from "../memory/contract.ts";
import type { ChatModel, ModelMessage, ModelNotice } from "../model/contract.ts";
import { ModelError } from "../model/contract.ts";
import type { Logger } from "../telemetry/log.ts";
import type { TraceSink } from "../telemetry/trace.ts";
import type { ToolSet } from "../tool/tool-set.ts";
import type { AgentEvent, AgentPrompt, TurnFailure, TurnOutcome } from "./contract.ts";
import { promptWithFiles } from "./prompt-files.ts";
import type { TokenEstimate } from "./token-estimate.ts";
import type { TurnRecord } from "./turn-record.ts";
import { turnRecord } from "./turn-record.ts";
import { fitWindow, windowOf } from "./window.ts";

/** What a turn works with. */
export interface TurnPorts {
  readonly agent: string;
  readonly instructions: string;
  readonly model: ChatModel;
  readonly tools: ToolSet;
  readonly conversations: Conversations;
  readonly estimate: TokenEstimate;
  readonly log: Logger;
  readonly onTrace: TraceSink;
  /** Traces hold prompts and answers. */
  readonly tracesText: boolean;
}

/**
 * Never throws. Ends as soon as the model does after `signal`, which is within 1 s. A turn that fails or is stopped leaves no trace in its
 * conversation.
 */
export async function* runTurn(ports: TurnPorts, prompt: AgentPrompt, signal: AbortSignal): AsyncGenerator<AgentEvent> {
  const record = turnRecord(ports.agent, prompt, { keepsText: ports.tracesText });
  let outcome: TurnOutcome = { ok: false, failure: { kind: "stopped", reason: "The answer was not read to its end" } };
  let conversation: OpenConversation | undefined;
  try {
    conversation = await openConversation(ports, prompt, signal);
    const turns = (await conversation?.load()) ?? [];
    const message = userMessage(prompt);
    yield* generate(ports, { turns, message }, record, signal);
    if (record.isBlank()) throw emptyAnswer(ports.model);
    if (conversation !== undefined) await remember(ports, conversation, message, record);
    outcome = { ok: true };
  } catch (error) {
    outcome = { ok: false, failure: failureOf(error, ports, signal) };
  } finally {
    conversation?.release();
    ports.onTrace(record.finish(outcome));
  }
  yield { type: "end", outcome };
}

async function openConversation(
  ports: TurnPorts,
  prompt: AgentPrompt,
  signal: AbortSignal,
): Promise<OpenConversation | undefined> {
  if (prompt.conversation === undefined) return undefined;
  const { conversation, sender } = prompt;
  const owner = sender?.isVerified === true ? { owner: sender.user } : {};
  return ports.conversations.open({ agent: ports.agent, ...owner, conversation }, signal);
}

/** Calls the model with what fits. When it finds the prompt too long all the same, fewer turns are tried, as long as no text was seen. */
async function* generate(
  ports: TurnPorts,
  turn: { readonly turns: readonly StoredTurn[]; readonly message: ModelMessage },
  record: TurnRecord,
  signal: AbortSignal,
): AsyncGenerator<AgentEvent> {
  const { model, estimate, instructions } = ports;
  const input = { instructions, turns: turn.turns, prompt: turn.message };
  const contextTokens = model.contextTokens();
  let window = fitWindow({ ...input, contextTokens, maxOutput: model.config.maxOutput, estimate });
  for (;;) {
    if (window.leftOutTurns > 0) {
      record.trimmed(window.leftOutTurns);
      yield { type: "progress", status: "trimmed" };
    }
    try {
      yield* callModel(ports, window.messages, record, signal);
      return;
    } catch (error) {
      if (!isOverflow(error)) throw error;
      if (contextTokens !== undefined) estimate.learnOverflow(window.messages, contextTokens);
      if (record.hasText() || window.keptTurns === 0) throw error;
      window = windowOf(input, Math.floor(window.keptTurns / 2));
    }
  }
}

async function* callModel(
  ports: TurnPorts,
  messages: readonly ModelMessage[],
  record: TurnRecord,
  signal: AbortSignal,
): AsyncGenerator<AgentEvent> {
  for await (const event of ports.model.chat({ messages, agent: ports.agent }, signal)) {
    switch (event.type) {
      case "text":
        record.text(event.text);
        yield event;
        break;
      case "thinking":
        yield event;
        break;
      case "tool-call":
        break;
      case "notice":
        noteNotice(ports, event.notice, record);
        yield { type: "progress", status: statusOf(event.notice) };
        break;
      case "usage":
        ports.estimate.learn(messages, event.usage);
        record.usage(event.usage);
        yield event;
        break;
    }
  }
}

function noteNotice(ports: TurnPorts, notice: ModelNotice, record: TurnRecord): void {
  if (notice.kind !== "fallback") return;
  record.fallback(notice.from, notice.to);
  ports.log.warn("The next model of the chain serves", { from: notice.from, to: notice.to, reason: notice.reason });
}

function statusOf(notice: ModelNotice): string {
  switch (notice.kind) {
    case "waiting":
      return "waiting";
    case "pulling":
      return "pulling";
    case "retrying":
      return "retrying";
    case "fallback":
      return "fallback";
  }
}

async function remember(
  ports: TurnPorts,
  conversation: OpenConversation,
  message: ModelMessage,
  record: TurnRecord,
): Promise<void> {
  const text = record.answer();
  if (text === undefined || message.role === "system") {
    ports.log.warn("The answer is too long to be remembered: the conversation goes on without this turn");
    return;
  }
  await conversation.append({ messages: [message, { role: "assistant", text }] });
}

function userMessage(prompt: AgentPrompt): ModelMessage {
  const { text, images } = promptWithFiles(prompt.text, prompt.files);
  return { role: "user", text, ...(images.length === 0 ? {} : { images }) };
}

/** A caller cannot tell "nothing to say" from "lost on the way", so an answer without text is an error that says what it is. */
function emptyAnswer(model: ChatModel): ModelError {
  return new ModelError("invalid", `Model "${model.config.name}" ended its answer without any text`);
}

function isOverflow(error: unknown): boolean {
  return error instanceof ModelError && error.kind === "overflow";
}

function failureOf(error: unknown, ports: TurnPorts, signal: AbortSignal): TurnFailure {
  if (signal.aborted) return { kind: "stopped", reason: signal.reason };
  if (error instanceof ModelError) {
    const retry = error.retryAfterS === undefined ? {} : { retryAfterS: error.retryAfterS };
    return { kind: "model", error: error.kind, message: error.message, ...retry };
  }
  const stack = error instanceof Error ? error.stack : undefined;
  ports.log.error("Bug: a turn failed in a way that nothing provides for", { error, stack });
  return { kind: "internal", message: error instanceof Error ? error.message : String(error) };
}
