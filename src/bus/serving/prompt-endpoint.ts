// The prompt endpoint of one agent (§5, §6): validates, admits or refuses, and runs what it acked. Never throws.

import type { Msg } from "@nats-io/nats-core";
import type { AcceptedSender } from "../../protocol/classify-sender.ts";
import { decodeRequest } from "../../protocol/request.ts";
import type { PromptRequest } from "../../protocol/request.ts";
import { ServiceError } from "../../protocol/service-error.ts";
import { isReplySubject } from "../../protocol/subjects.ts";
import type { TraceContext } from "../../protocol/trace-context.ts";
import type { LogFields, Logger } from "../../telemetry/log.ts";
import { Admission } from "./admission.ts";
import { replay } from "./audience.ts";
import type { CountObserver } from "./endpoint-counter.ts";
import { EndpointCounter } from "./endpoint-counter.ts";
import { errorFrame } from "./error-frame.ts";
import type { HostParts } from "./host-parts.ts";
import { messageBytes } from "./message-size.ts";
import type { OwnAnswer, OwnPrompt, PromptCheck, PromptHandler, ServedPrompt, ServiceSpec } from "./service-port.ts";
import { StopReason } from "./service-port.ts";
import { maxJoined, type Repeat, RepeatedPrompts, type RepeatKey, repeatKey } from "./repeated-prompts.ts";
import type { Transcript } from "./transcript.ts";
import { Turn } from "./turn.ts";
import { senderKey, type SenderGate } from "../identity/sender-gate.ts";
import { SenderRate } from "../identity/sender-rate.ts";
import type { JobAnswer, JobPrompt } from "../jobs/job-agent.ts";
import { JobTurn } from "../jobs/job-turn.ts";
import { messageTrace } from "../message-trace.ts";
import { uniqueId } from "../unique-id.ts";
import { type Deferred, deferred } from "../deferred.ts";

export interface PromptEndpointOptions {
  readonly parts: HostParts;
  readonly spec: ServiceSpec;
  readonly gate: SenderGate;
  readonly handler: PromptHandler;
  readonly check: PromptCheck | undefined;
  /** Asked for each prompt whether the agent can serve. */
  readonly condition: { refusal(): ServiceError | undefined };
  readonly observer: CountObserver | undefined;
  readonly log: Logger;
}

/** An answer of our own is kept whole until it is delivered. */
const maxOwnAnswerBytes = 1024 * 1024;
const longestTimerMs = 2_147_483_647;

interface AdmittedTurn {
  readonly turn: Turn;
  /** It may be sent again. */
  readonly repeat: RepeatKey | undefined;
}

type CheckedPrompt = Pick<PromptRequest, "prompt" | "attachments"> & Partial<Pick<PromptRequest, "extra">>;

export class PromptEndpoint {
  readonly admission: Admission;
  readonly counter: EndpointCounter;
  readonly #options: PromptEndpointOptions;
  readonly #turns = new Set<Turn>();
  readonly #jobs = new Set<JobTurn>();
  readonly #own = new Set<JobTurn>();
  readonly #rate: SenderRate;
  /** Made for the first prompt that may be sent again. */
  #repeats: RepeatedPrompts<Turn> | undefined;
  #whenIdle: Deferred<undefined> | undefined;
  #hasSeenNoReply = false;

  constructor(options: PromptEndpointOptions) {
    this.#options = options;
    this.counter = new EndpointCounter(options.observer);
    this.admission = new Admission(options.spec);
    this.#rate = new SenderRate(options.spec.callers.rate);
  }

  receive(message: Msg): void {
    const startedMs = performance.now();
    this.counter.countRequest();
    const { reply } = message;
    if (reply === undefined || !isReplySubject(reply)) {
      this.#countNoReply();
      return;
    }
    const admitted = this.#admit(message, reply);
    if (admitted instanceof ServiceError) {
      this.#refuse(reply, admitted);
      this.counter.addProcessing(performance.now() - startedMs);
    } else if (admitted !== undefined) {
      this.#turns.add(admitted.turn);
      void this.#run(admitted, startedMs);
    }
  }

  /** Forgets the prompts that it remembered. */
  close(): void {
    this.#repeats?.close();
  }

  /** Resolves when no turn runs or waits. */
  async idle(): Promise<void> {
    if (this.#isIdle()) return;
    this.#whenIdle ??= deferred<undefined>();
    await this.#whenIdle.promise;
  }

  stopAll(reason: StopReason): void {
    for (const turn of this.#turns) turn.stop(reason);
    for (const job of [...this.#jobs, ...this.#own]) job.stop(reason);
  }

  /** Jobs that have no place yet are kept elsewhere, and need not wait for it here. */
  stopWaitingJobs(reason: StopReason): void {
    for (const job of this.#jobs) job.stopIfWaiting(reason);
  }

  /** Runs a job as a prompt that no caller waits for. Never rejects. */
  async runJob({ id, maxAnswerBytes, isExpired, trace, ...stored }: JobPrompt): Promise<JobAnswer> {
    const { spec, handler, gate, log } = this.#options;
    const sender = gate.admitStored(stored);
    if (sender instanceof ServiceError) return { type: "error", error: sender };
    const request = this.#decode(stored.payload);
    if (request instanceof ServiceError) return { type: "error", error: request };
    const unfit = this.#unfit(request);
    if (unfit !== undefined) return { type: "error", error: unfit };
    const prompt = servedPrompt(request, sender, trace);
    const ticket = this.admission.enterBackground();
    const { deadlineMs } = spec;
    const turn = { prompt, ticket, handler, deadlineMs, maxAnswerBytes, isExpired };
    const job = new JobTurn(turn, log.with({ ...turnFields(prompt), job: id }));
    this.#jobs.add(job);
    const answer = await job.run();
    this.#jobs.delete(job);
    this.#signalIdle();
    return answer;
  }

  /** Runs a prompt of our own as a caller's: admitted, within its deadline, counted. `refusal`: why none is taken now. Never rejects. */
  async runOwn(prompt: OwnPrompt, refusal: ServiceError | undefined): Promise<OwnAnswer> {
    const startedMs = performance.now();
    const { spec, handler, log } = this.#options;
    this.counter.countRequest();
    const unfit = refusal ?? this.#unfit({ prompt: prompt.text, attachments: prompt.attachments });
    const ticket = unfit ?? this.admission.enter(`${prompt.origin.type} ${prompt.origin.name}`);
    if (ticket instanceof ServiceError) {
      this.counter.countError(ticket);
      this.counter.addProcessing(performance.now() - startedMs);
      return { type: "refused", error: ticket };
    }
    const { deadlineMs } = spec;
    const served: ServedPrompt = { ...prompt, sender: { trust: "absent" }, extra: {} };
    const turn = new JobTurn(
      { prompt: served, ticket, handler, deadlineMs, maxAnswerBytes: maxOwnAnswerBytes, isExpired: () => false },
      log.with({ ...turnFields(prompt), [prompt.origin.type]: prompt.origin.name }),
    );
    this.#own.add(turn);
    const late = (): void =>
      turn.stop(new StopReason("deadline", `No answer within the deadline of ${deadlineMs / 1_000} s`));
    const deadline = setTimeout(late, Math.min(deadlineMs, longestTimerMs));
    const answer = await turn.run();
    clearTimeout(deadline);
    this.#own.delete(turn);
    if (answer.type === "error") this.counter.countError(answer.error);
    this.counter.addProcessing(performance.now() - startedMs);
    this.#signalIdle();
    return answer.type === "expired" ? { type: "error", error: internalError() } : answer;
  }

  /** Undefined: it was sent before, and is answered with what that was. */
  #admit(message: Msg, reply: string): AdmittedTurn | ServiceError | undefined {
    const { parts, spec, gate, handler, log } = this.#options;
    const tooLarge = this.#sizeProblem(message);
    if (tooLarge !== undefined) return tooLarge;
    const sender = gate.admit(message);
    if (sender instanceof ServiceError) return sender;
    const request = this.#decode(message.data);
    if (request instanceof ServiceError) return request;
    const key = senderKey(sender);
    const rateRefusal = this.#rate.refusal(key);
    if (rateRefusal !== undefined) return rateRefusal;
    const repeat = spec.dedupeMs === 0 ? undefined : repeatKey(request, sender, message.data);
    const known = repeat && this.#repeats?.find(repeat);
    if (known instanceof ServiceError) return known;
    if (known !== undefined) return this.#answerAgain(known, reply, key);
    const ticket = this.#unfit(request) ?? this.admission.enter(key);
    if (ticket instanceof ServiceError) return ticket;
    this.#rate.take(key);
    const prompt = servedPrompt(request, sender, messageTrace(message.headers));
    const { deadlineMs } = spec;
    const turnRequest = { prompt, reply, ticket, handler, deadlineMs, isRepeatable: repeat !== undefined };
    const turn = new Turn(parts, turnRequest, log.with(turnFields(prompt)));
    if (repeat !== undefined) (this.#repeats ??= new RepeatedPrompts(spec.dedupeMs)).started(repeat, turn);
    return { turn, repeat };
  }

  #answerAgain(known: Repeat<Turn>, reply: string, senderKey: string): ServiceError | undefined {
    if (known.type === "running" && known.turn.callers > maxJoined) return tooManyJoined();
    this.#rate.take(senderKey);
    if (known.type === "running") known.turn.join(reply);
    else replay(this.#options.parts, known.transcript, reply);
    return undefined;
  }

  #sizeProblem(message: Msg): ServiceError | undefined {
    const { maxPayloadBytes } = this.#options.spec;
    const bytes = messageBytes(message);
    return bytes > maxPayloadBytes ? tooLarge(bytes, maxPayloadBytes) : undefined;
  }

  #decode(payload: Uint8Array): PromptRequest | ServiceError {
    const { spec } = this.#options;
    if (payload.byteLength > spec.maxPayloadBytes) return tooLarge(payload.byteLength, spec.maxPayloadBytes);
    try {
      return decodeRequest(payload, spec);
    } catch (cause) {
      return cause instanceof ServiceError ? cause : this.#unchecked(cause);
    }
  }

  /** Why the agent cannot serve it now. */
  #unfit({ prompt, attachments, extra = {} }: CheckedPrompt): ServiceError | undefined {
    const { check, condition } = this.#options;
    try {
      return condition.refusal() ?? check?.({ text: prompt, attachments, extra });
    } catch (cause) {
      return this.#unchecked(cause);
    }
  }

  #unchecked(cause: unknown): ServiceError {
    this.#options.log.error("A prompt could not be checked", { error: String(cause) });
    return new ServiceError(500, "internal", "The prompt could not be checked");
  }

  async #run({ turn, repeat }: AdmittedTurn, startedMs: number): Promise<void> {
    let transcript: Transcript | undefined;
    try {
      const error = await turn.run();
      if (error !== undefined) this.counter.countError(error);
      else transcript = turn.transcript();
    } catch (cause) {
      this.#options.log.error("A turn could not be ended properly", { error: String(cause) });
    }
    this.counter.addProcessing(performance.now() - startedMs);
    if (repeat !== undefined) this.#repeats?.ended(repeat, turn, transcript);
    this.#turns.delete(turn);
    this.#signalIdle();
  }

  #isIdle(): boolean {
    return this.#turns.size + this.#jobs.size + this.#own.size === 0;
  }

  #signalIdle(): void {
    if (!this.#isIdle()) return;
    this.#whenIdle?.resolve(undefined);
    this.#whenIdle = undefined;
  }

  #refuse(reply: string, error: ServiceError): void {
    this.counter.countError(error);
    const { connection } = this.#options.parts.streams;
    const frame = errorFrame(error, connection.maxPayloadBytes());
    try {
      connection.publish(reply, frame.payload, frame);
      connection.publish(reply, "");
    } catch (cause) {
      this.#options.log.warn("A refusal could not be sent", { reply, error: String(cause) });
    }
  }

  #countNoReply(): void {
    this.counter.countError(
      new ServiceError(400, "invalid_envelope", "A prompt came without a reply subject for answers"),
    );
    if (this.#hasSeenNoReply) return;
    this.#hasSeenNoReply = true;
    this.#options.log.warn("A prompt without a reply subject for answers was ignored; further ones are only counted");
  }
}

function servedPrompt(
  { prompt: text, attachments, session, extra }: PromptRequest,
  sender: AcceptedSender,
  trace: TraceContext | undefined,
): ServedPrompt {
  return {
    id: uniqueId(),
    text,
    attachments,
    sender,
    extra,
    ...(session === undefined ? {} : { session }),
    ...(trace === undefined ? {} : { trace }),
  };
}

function turnFields({ id, trace }: Pick<ServedPrompt, "id" | "trace">): LogFields {
  return trace === undefined ? { turn: id } : { turn: id, trace_id: trace.traceId };
}

function internalError(): ServiceError {
  return new ServiceError(500, "internal", "The agent failed to answer");
}

function tooManyJoined(): ServiceError {
  return new ServiceError(429, "busy", "Too many callers wait for the answer to this prompt", { retry_after_s: 1 });
}

function tooLarge(bytes: number, limit: number): ServiceError {
  const message = `The request is ${bytes} bytes, headers included; this agent takes at most ${limit}`;
  return new ServiceError(400, "payload_too_large", message, { max_payload_bytes: limit });
}
