// Prompts an agent and reads its answer: the caller's duties of §5 to §7 and §9.

import type { Chunk, RefusedAttachment } from "../../protocol/chunk.ts";
import { isReplySubject } from "../../protocol/subjects.ts";
import type { CallClock } from "./call-clock.ts";
import { startCallClock } from "./call-clock.ts";
import { agentError, CallError } from "./call-error.ts";
import type { CallEvent, CallOptions, Question } from "./call-event.ts";
import { watchPresence } from "./call-presence.ts";
import type { CallerBus } from "./caller-bus.ts";
import type { CallRequest, CallTarget, Headers } from "./call-request.ts";
import { checkRequestSize, prepareRequest } from "./call-request.ts";
import { encodeRequest } from "../../protocol/request.ts";
import { prepareAnswer } from "./question-answer.ts";
import type { ReplyStream } from "./reply-stream.ts";
import { openReplyStream, publish } from "./reply-stream.ts";

const defaultInactivityMs = 60_000;
const defaultBufferBytes = 64 * 1024 * 1024;

/** After an error frame the terminator is waited for this long, and not a whole inactivity time. */
const terminatorGraceMs = 2_000;

/** Questions of one call that may be open at once; more are left unanswered. */
const maxOpenQuestions = 16;

type Query = Extract<Chunk, { type: "query" }>;

/**
 * Sends `request` and yields what the agent sends back, an `end` last. Throws a `CallError` for everything else: local refusals before
 * anything is published, the agent's error, silence, a lost bus. Breaking off the iteration, or `signal`, leaves the call: the subscription
 * goes, and the agent sees that. Subscribes for this call alone.
 */
export async function* callAgent(
  bus: CallerBus,
  target: CallTarget,
  request: CallRequest,
  options: CallOptions = {},
): AsyncGenerator<CallEvent, void, undefined> {
  if (isCancelled(options)) throw cancelled();
  const payload = prepareRequest(target, request, { serverMaxBytes: bus.maxPayloadBytes() });
  const headers = await requestHeaders(target, payload, options);
  checkRequestSize(payload, target, { serverMaxBytes: bus.maxPayloadBytes(), ...(headers && { headers }) });
  if (isCancelled(options)) throw cancelled();
  const call = openCall(bus, options);
  try {
    call.stream.publish(target.promptSubject, payload, headers);
    options.onSent?.();
    yield* readEvents(call);
    call.isWhole = true;
  } finally {
    call.close();
  }
}

/** Signed where that can be; refused here where the agent wants a signature and it cannot (§13.9). */
async function requestHeaders(
  target: CallTarget,
  payload: Uint8Array,
  { sender, headers }: CallOptions,
): Promise<Headers | undefined> {
  const signed = await sender?.headers({ subject: target.promptSubject, payload });
  if (signed?.type === "signed") return { ...headers, ...signed.headers };
  if (target.minSenderTrust !== "signed") return headers;
  const why = signed?.why ?? "this call signs nothing";
  throw new CallError("signature_required", `This agent serves callers that sign their prompts, and ${why}`);
}

function isCancelled({ signal }: CallOptions): boolean {
  return signal?.aborted === true;
}

interface OpenCall {
  readonly bus: CallerBus;
  readonly stream: ReplyStream;
  readonly clock: CallClock;
  readonly options: CallOptions;
  /** Fires when the call is over, for whatever reason. */
  readonly over: AbortSignal;
  openQuestions: number;
  /** Its end has come, and questions that are open are moot. */
  isWhole: boolean;
  close(): void;
}

function openCall(bus: CallerBus, options: CallOptions): OpenCall {
  const over = new AbortController();
  const inactivityMs = options.inactivityMs ?? defaultInactivityMs;
  const { signal, timeoutMs } = options;
  const stream = openReplyStream(bus, {
    maxBufferedBytes: options.maxBufferedBytes ?? defaultBufferBytes,
    onMessage: (reply) => {
      clock.touch();
      presence?.heard(reply);
    },
  });
  const presence =
    options.presence === undefined
      ? undefined
      : watchPresence(bus, options.presence, (why) => stream.fail(new CallError("vanished", why)));
  const clock = startCallClock({
    inactivityMs,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    onInactive: () => stream.fail(new CallError("inactive", `The agent sent nothing for ${inactivityMs / 1000} s`)),
    onTimeout: () =>
      stream.abort(new CallError("timed_out", `The answer was not whole after ${(timeoutMs ?? 0) / 1000} s`)),
  });
  const leave = (): void => stream.abort(cancelled());
  signal?.addEventListener("abort", leave, { once: true });
  return {
    bus,
    stream,
    clock,
    options,
    over: over.signal,
    openQuestions: 0,
    isWhole: false,
    close: () => {
      presence?.stop();
      signal?.removeEventListener("abort", leave);
      clock.stop();
      stream.close();
      over.abort();
    },
  };
}

async function* readEvents(call: OpenCall): AsyncGenerator<CallEvent, void, undefined> {
  let isAcked = false;
  let failure: CallError | undefined;
  for (;;) {
    const message = await nextMessage(call, failure);
    switch (message.type) {
      case "terminator":
        if (failure !== undefined) throw failure;
        yield { type: "end" };
        return;
      case "error":
        failure ??= agentError(message.error);
        call.clock.shorten(terminatorGraceMs);
        break;
      case "chunk": {
        const isRepeatedAck = isAcked && isAck(message.chunk);
        isAcked ||= isAck(message.chunk);
        if (!isRepeatedAck) yield* chunkEvents(call, message.chunk);
        break;
      }
    }
  }
}

/** After an error frame every other end of the stream is that error. */
async function nextMessage(call: OpenCall, failure: CallError | undefined): ReturnType<ReplyStream["next"]> {
  try {
    return await call.stream.next();
  } catch (error) {
    throw failure !== undefined && call.options.signal?.aborted !== true ? failure : error;
  }
}

function* chunkEvents(call: OpenCall, chunk: Chunk): Generator<CallEvent, void, undefined> {
  switch (chunk.type) {
    case "status":
      yield isAck(chunk) ? { type: "ack" } : { type: "status", status: chunk.status };
      return;
    case "response":
      if (chunk.text !== "") yield { type: "text", text: chunk.text };
      if (chunk.attachments.length > 0) yield { type: "attachments", attachments: chunk.attachments };
      yield* refusals(chunk.refused);
      return;
    case "query":
      yield* refusals(chunk.refused?.map(({ reason }) => ({ reason })));
      yield* ask(call, chunk);
      return;
    case "unknown":
      return;
    case "malformed":
      yield { type: "notice", text: `Left out a message of the agent: ${chunk.reason}` };
  }
}

function* refusals(refused: readonly RefusedAttachment[] = []): Generator<CallEvent, void, undefined> {
  for (const { reason, file } of refused)
    yield { type: "notice", text: `Left out ${reason}`, ...(file === undefined ? {} : { file }) };
}

function* ask(call: OpenCall, query: Query): Generator<CallEvent, void, undefined> {
  if (!isReplySubject(query.replySubject)) {
    yield { type: "notice", text: `Left out a question: its reply subject is not one for answers` };
    return;
  }
  if (call.openQuestions >= maxOpenQuestions) {
    yield { type: "notice", text: `Left out a question: ${maxOpenQuestions} others are open` };
    return;
  }
  void answerQuestion(call, query);
  yield { type: "question", question: questionOf(query) };
}

function questionOf({ id, prompt, attachments, refused = [], approval }: Query): Question {
  const files = refused.flatMap(({ file }) => file ?? []);
  const mark = approval === undefined ? {} : { approval };
  return { id, prompt, attachments, ...(files.length === 0 ? {} : { refused: files }), ...mark };
}

/** Never rejects: what goes wrong ends the call. */
async function answerQuestion(call: OpenCall, query: Query): Promise<void> {
  const { replySubject } = query;
  if (call.options.answer === undefined) return;
  call.openQuestions += 1;
  call.clock.pause();
  const refuse = (): void => refuseQuestion(call, replySubject);
  call.over.addEventListener("abort", refuse, { once: true });
  try {
    const question = questionOf(query);
    const answer = await call.options.answer(question, call.over);
    if (answer === undefined || isOver(call)) return;
    const { approver } = call.options;
    const limits = { approver, maxBytes: call.bus.maxPayloadBytes() };
    const { payload, headers } = await prepareAnswer(answer, { ...question, replySubject }, limits);
    if (isOver(call)) return;
    publish(call.bus, replySubject, payload, headers === undefined ? {} : { headers });
    call.over.removeEventListener("abort", refuse);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    call.stream.fail(
      cause instanceof CallError
        ? cause
        : new CallError("answer_failed", `Cannot answer the agent's question: ${reason}`, { cause }),
    );
  } finally {
    call.openQuestions -= 1;
    call.clock.resume();
  }
}

/** The asker hears at once that no answer comes, and does not wait for one. It goes to the question's own subject: the call is over. */
function refuseQuestion({ bus, options, isWhole }: OpenCall, replySubject: string): void {
  if (options.refusal === undefined || isWhole) return;
  try {
    publish(bus, replySubject, encodeRequest({ prompt: options.refusal }));
  } catch (error) {
    if (!(error instanceof CallError)) throw error; // The connection is gone: nobody can be told.
  }
}

function isOver({ over }: OpenCall): boolean {
  return over.aborted;
}

function isAck(chunk: Chunk): boolean {
  return chunk.type === "status" && chunk.status === "ack";
}

function cancelled(): CallError {
  return new CallError("cancelled", "The call was cancelled");
}
