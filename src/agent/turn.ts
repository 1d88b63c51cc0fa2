// One turn: the conversation so far, the prompt, the model's steps to an answer, and the turn remembered. Whatever happens, its last event
// is `end`.

import type { OpenConversation, StoredMessage } from "../memory/contract.ts";
import { MemoryError } from "../memory/memory-error.ts";
import { ModelError } from "../model/contract.ts";
import { retryHintS } from "../model/retry-hint.ts";
import type { LogFields } from "../telemetry/log.ts";
import type { TurnSpan } from "../telemetry/tracer.ts";
import { AllowedTools } from "./allowed-tools.ts";
import type { AgentEvent, AgentPrompt, TurnFailure, TurnOutcome } from "./contract.ts";
import { foldHistory } from "./fold-history.ts";
import { preparedTools, ToolsUnavailable } from "./prepared-tools.ts";
import { promptWithFiles } from "./prompt-files.ts";
import { LimitReached } from "./limit-reached.ts";
import { nothingRecalled, recallFor, recallOf } from "./recall-for.ts";
import { RepeatedCalls } from "./repeated-calls.ts";
import { runSteps } from "./run-steps.ts";
import type { RecalledContext } from "./recalled-context.ts";
import { turnEnd } from "./turn-end.ts";
import { TurnEvents } from "./turn-events.ts";
import type { Turn, TurnPorts } from "./turn-ports.ts";
import { turnTimer } from "./turn-timer.ts";
import { type TurnRecord, turnRecord } from "./turn-record.ts";

/** Why a turn ends that nobody reads any further. */
const unread = "The answer was not read to its end";

/**
 * Never throws. Ends within 1 s of `signal`. A turn that fails or is stopped leaves no trace in its conversation.
 */
export function runTurn(given: TurnPorts, prompt: AgentPrompt, signal: AbortSignal): AsyncIterable<AgentEvent> {
  return new TurnEvents((events) => takeTurn(given, prompt, signal, events));
}

async function takeTurn(
  given: TurnPorts,
  prompt: AgentPrompt,
  signal: AbortSignal,
  events: TurnEvents,
): Promise<AgentEvent> {
  const span = given.tracer?.begin(prompt.trace);
  const ports = { ...given, log: given.log.with(turnFields(prompt, span)) };
  const record = turnRecord(ports.agent, prompt, { keepsText: ports.tracesText(), span });
  const end = turnEnd(ports.log);
  let outcome: TurnOutcome;
  let conversation: OpenConversation | undefined;
  let remembered: Turn | undefined;
  const timer = turnTimer(signal, ports.limits.timeMs);
  events.onLeft(() => timer.abort(unread));
  try {
    conversation = await openConversation(ports, prompt, timer.signal);
    const history = (await conversation?.load()) ?? [];
    if (history.length === 0) ports.approver.forget(conversing(prompt));
    const messages = [userMessage(prompt)];
    const { overAt } = timer;
    const repeats = new RepeatedCalls();
    const own = { prompt, span, signal: timer.signal, overAt, record, end, repeats, history, messages };
    const tools = new AllowedTools(await preparedTools(ports.tools, timer.signal));
    const recalled = await recall(ports, prompt, events, record, timer.signal);
    const turn = { ports, events, tools, recalled, ...own };
    await runSteps(turn);
    if (record.isBlank()) throw emptyAnswer(ports);
    if (conversation !== undefined && (await remember(turn, conversation))) remembered = turn;
    outcome = { ok: true, ...(record.toolsFailed() ? { toolsFailed: true } : {}) };
  } catch (error) {
    outcome = { ok: false, failure: failureOf(error, ports, signal, events) };
  }
  timer.stop();
  if (conversation !== undefined) void letGo(conversation, remembered);
  await end.end();
  ports.onTrace(record.finish(outcome));
  return { type: "end", outcome, ...(span === undefined ? {} : { trace: span.context }) };
}

/** What is put beside the prompt. */
async function recall(
  ports: TurnPorts,
  prompt: AgentPrompt,
  events: TurnEvents,
  record: TurnRecord,
  signal: AbortSignal,
): Promise<RecalledContext> {
  const searched = recallOf(ports, prompt);
  if (searched === undefined) return nothingRecalled(ports);
  return events.tellAll(recallFor(ports, { recall: searched, text: prompt.text }, record, signal));
}

/** What each log line of the turn says. */
function turnFields({ id }: AgentPrompt, span: TurnSpan | undefined): LogFields {
  return span === undefined ? { turn: id } : { turn: id, trace_id: span.context.traceId };
}

async function openConversation(
  ports: TurnPorts,
  prompt: AgentPrompt,
  signal: AbortSignal,
): Promise<OpenConversation | undefined> {
  if (prompt.conversation === undefined) return undefined;
  const { conversation, sender, origin } = prompt;
  // No user's key is such a word: what a trigger remembers is out of callers' reach, and theirs out of its.
  const owner =
    sender?.isVerified === true ? { owner: sender.user } : origin === undefined ? {} : { owner: origin.type };
  return ports.conversations.open({ agent: ports.agent, ...owner, conversation }, signal);
}

function conversing({ conversation, sender }: AgentPrompt): Parameters<TurnPorts["approver"]["forget"]>[0] {
  return {
    ...(conversation === undefined ? {} : { conversation }),
    ...(sender === undefined ? {} : { caller: sender }),
  };
}

/** Never rejects. */
async function letGo(conversation: OpenConversation, remembered: Turn | undefined): Promise<void> {
  const { foldOver } = remembered?.ports ?? {};
  if (remembered !== undefined && foldOver !== undefined) await foldHistory(remembered, conversation, foldOver);
  conversation.release();
}

/** False: it is too long. */
async function remember(turn: Turn, conversation: OpenConversation): Promise<boolean> {
  if (turn.record.answer() === undefined) {
    turn.ports.log.warn("The answer is too long to be remembered: the conversation goes on without this turn");
    return false;
  }
  await conversation.append({ messages: turn.messages });
  return true;
}

function userMessage(prompt: AgentPrompt): StoredMessage {
  const { text, images } = promptWithFiles(prompt.text, prompt.files);
  return { role: "user", text, ...(images.length === 0 ? {} : { images }) };
}

/** A caller cannot tell "nothing to say" from "lost on the way", so an answer without text is an error that says what it is. */
function emptyAnswer({ model }: TurnPorts): ModelError {
  return new ModelError("invalid", `Model "${model.config.name}" ended its answer without any text`);
}

function failureOf(error: unknown, ports: TurnPorts, signal: AbortSignal, events: TurnEvents): TurnFailure {
  if (events.isLeft) return { kind: "stopped", reason: unread };
  if (signal.aborted) return { kind: "stopped", reason: signal.reason };
  if (error instanceof LimitReached) return { kind: "limit", limit: error.limit, message: error.message };
  if (error instanceof ToolsUnavailable) return { kind: "tools", message: error.message };
  if (error instanceof ModelError) {
    const retryAfterS = retryHintS(error);
    const retry = retryAfterS === undefined ? {} : { retryAfterS };
    return { kind: "model", error: error.kind, message: error.message, ...retry };
  }
  if (error instanceof MemoryError) return { kind: "memory", message: error.message, retryAfterS: error.retryAfterS };
  const stack = error instanceof Error ? error.stack : undefined;
  ports.log.error("Bug: a turn failed in a way that nothing provides for", { error, stack });
  return { kind: "internal", message: error instanceof Error ? error.message : String(error) };
}
