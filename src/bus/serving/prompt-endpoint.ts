// The prompt endpoint of one agent (§5, §6): validates, admits or refuses, and runs what it acked. Never throws.

import type { Msg } from "@nats-io/nats-core";
import { ServiceError } from "../../protocol/service-error.ts";
import { isReplySubject } from "../../protocol/subjects.ts";
import { Admission } from "./admission.ts";
import { replay } from "./audience.ts";
import { CallerlessPrompts } from "./callerless-prompts.ts";
import type { CountObserver } from "./endpoint-counter.ts";
import { EndpointCounter } from "./endpoint-counter.ts";
import { errorFrame } from "./error-frame.ts";
import type { HostParts } from "./host-parts.ts";
import { PromptChecks, type PromptChecksOptions } from "./prompt-checks.ts";
import { maxJoined, type Repeat, RepeatedPrompts, type RepeatKey, repeatKey } from "./repeated-prompts.ts";
import { servedPrompt, turnFields } from "./served-prompt.ts";
import type { OwnAnswer, OwnPrompt, PromptHandler, StopReason } from "./service-port.ts";
import type { Transcript } from "./transcript.ts";
import { Turn } from "./turn.ts";
import { senderKey, type SenderGate } from "../identity/sender-gate.ts";
import { SenderRate } from "../identity/sender-rate.ts";
import type { JobAnswer, JobPrompt } from "../jobs/job-agent.ts";
import { messageTrace } from "../message-trace.ts";
import { type Deferred, deferred } from "../deferred.ts";

export interface PromptEndpointOptions extends PromptChecksOptions {
  readonly parts: HostParts;
  readonly gate: SenderGate;
  readonly handler: PromptHandler;
  readonly observer: CountObserver | undefined;
}

interface AdmittedTurn {
  readonly turn: Turn;
  /** It may be sent again. */
  readonly repeat: RepeatKey | undefined;
}

export class PromptEndpoint {
  readonly admission: Admission;
  readonly counter: EndpointCounter;
  readonly #options: PromptEndpointOptions;
  readonly #turns = new Set<Turn>();
  readonly #checks: PromptChecks;
  readonly #callerless: CallerlessPrompts;
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
    this.#checks = new PromptChecks(options);
    const { admission, counter } = this;
    const onEnded = (): void => this.#signalIdle();
    this.#callerless = new CallerlessPrompts({ ...options, checks: this.#checks, admission, counter, onEnded });
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
    this.#callerless.stopAll(reason);
  }

  stopWaitingJobs(reason: StopReason): void {
    this.#callerless.stopWaitingJobs(reason);
  }

  /** Runs a job as a prompt that no caller waits for. Never rejects. */
  runJob(job: JobPrompt): Promise<JobAnswer> {
    return this.#callerless.runJob(job);
  }

  /** Runs a prompt of our own as a caller's: admitted, within its deadline, counted. `refusal`: why none is taken now. Never rejects. */
  runOwn(prompt: OwnPrompt, refusal: ServiceError | undefined): Promise<OwnAnswer> {
    return this.#callerless.runOwn(prompt, refusal);
  }

  /** Undefined: it was sent before, and is answered with what that was. */
  #admit(message: Msg, reply: string): AdmittedTurn | ServiceError | undefined {
    const { parts, spec, gate, handler, log } = this.#options;
    const tooLarge = this.#checks.sizeProblem(message);
    if (tooLarge !== undefined) return tooLarge;
    const sender = gate.admit(message);
    if (sender instanceof ServiceError) return sender;
    const request = this.#checks.decode(message.data);
    if (request instanceof ServiceError) return request;
    const key = senderKey(sender);
    const rateRefusal = this.#rate.refusal(key);
    if (rateRefusal !== undefined) return rateRefusal;
    const repeat = spec.dedupeMs === 0 ? undefined : repeatKey(request, sender, message.data);
    const known = repeat && this.#repeats?.find(repeat);
    if (known instanceof ServiceError) return known;
    if (known !== undefined) return this.#answerAgain(known, reply, key);
    const ticket = this.#checks.unfit(request) ?? this.admission.enter(key);
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
    return this.#turns.size + this.#callerless.size === 0;
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

function tooManyJoined(): ServiceError {
  return new ServiceError(429, "busy", "Too many callers wait for the answer to this prompt", { retry_after_s: 1 });
}
