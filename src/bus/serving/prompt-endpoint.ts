// The prompt endpoint of one agent (§5, §6): validates, admits or refuses, and runs what it acked. Never throws.

import type { Msg } from "@nats-io/nats-core";
import type { AcceptedSender } from "../../protocol/classify-sender.ts";
import { decodeRequest } from "../../protocol/request.ts";
import type { PromptRequest } from "../../protocol/request.ts";
import { ServiceError } from "../../protocol/service-error.ts";
import type { Logger } from "../../telemetry/log.ts";
import { Admission } from "./admission.ts";
import type { CountObserver } from "./endpoint-counter.ts";
import { EndpointCounter } from "./endpoint-counter.ts";
import { errorFrame } from "./error-frame.ts";
import type { HostParts } from "./host-parts.ts";
import { messageBytes } from "./message-size.ts";
import type { PromptCheck, PromptHandler, ServedPrompt, ServiceSpec } from "./service-port.ts";
import type { StopReason } from "./service-port.ts";
import { Turn } from "./turn.ts";
import { senderKey, type SenderGate } from "../identity/sender-gate.ts";
import { SenderRate } from "../identity/sender-rate.ts";
import type { JobAnswer, JobPrompt } from "../jobs/job-agent.ts";
import { JobTurn } from "../jobs/job-turn.ts";
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

export class PromptEndpoint {
  readonly admission: Admission;
  readonly counter: EndpointCounter;
  readonly #options: PromptEndpointOptions;
  readonly #turns = new Set<Turn>();
  readonly #jobs = new Set<JobTurn>();
  readonly #rate: SenderRate;
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
    if (reply === undefined || reply === "") {
      this.#countNoReply();
      return;
    }
    const turn = this.#admit(message, reply);
    if (turn instanceof ServiceError) {
      this.#refuse(reply, turn);
      this.counter.addProcessing(performance.now() - startedMs);
      return;
    }
    this.#turns.add(turn);
    void this.#run(turn, startedMs);
  }

  /** Resolves when no turn runs or waits. */
  async idle(): Promise<void> {
    if (this.#turns.size + this.#jobs.size === 0) return;
    this.#whenIdle ??= deferred<undefined>();
    await this.#whenIdle.promise;
  }

  stopAll(reason: StopReason): void {
    for (const turn of this.#turns) turn.stop(reason);
    for (const job of this.#jobs) job.stop(reason);
  }

  /** Jobs that have no place yet are kept elsewhere, and need not wait for it here. */
  stopWaitingJobs(reason: StopReason): void {
    for (const job of this.#jobs) job.stopIfWaiting(reason);
  }

  /** Runs a job as a prompt that no caller waits for. Never rejects. */
  async runJob({ id, maxAnswerBytes, isExpired, ...stored }: JobPrompt): Promise<JobAnswer> {
    const { spec, handler, gate, log } = this.#options;
    const sender = gate.admitStored(stored);
    if (sender instanceof ServiceError) return { type: "error", error: sender };
    const request = this.#decode(stored.payload);
    if (request instanceof ServiceError) return { type: "error", error: request };
    const prompt = servedPrompt(request, sender);
    const ticket = this.admission.enterBackground();
    const { deadlineMs } = spec;
    const turn = { prompt, ticket, handler, deadlineMs, maxAnswerBytes, isExpired };
    const job = new JobTurn(turn, log.with({ turn: prompt.id, job: id }));
    this.#jobs.add(job);
    const answer = await job.run();
    this.#jobs.delete(job);
    this.#signalIdle();
    return answer;
  }

  #admit(message: Msg, reply: string): Turn | ServiceError {
    const { parts, spec, gate, handler, log } = this.#options;
    const tooLarge = this.#sizeProblem(message);
    if (tooLarge !== undefined) return tooLarge;
    const sender = gate.admit(message);
    if (sender instanceof ServiceError) return sender;
    const request = this.#decode(message.data);
    if (request instanceof ServiceError) return request;
    const key = senderKey(sender);
    const ticket = this.#rate.refusal(key) ?? this.admission.enter(key);
    if (ticket instanceof ServiceError) return ticket;
    this.#rate.take(key);
    const prompt = servedPrompt(request, sender);
    const turnLog = log.with({ turn: prompt.id });
    return new Turn(parts, { prompt, reply, ticket, handler, deadlineMs: spec.deadlineMs }, turnLog);
  }

  #sizeProblem(message: Msg): ServiceError | undefined {
    const { maxPayloadBytes } = this.#options.spec;
    const bytes = messageBytes(message);
    return bytes > maxPayloadBytes ? tooLarge(bytes, maxPayloadBytes) : undefined;
  }

  #decode(payload: Uint8Array): PromptRequest | ServiceError {
    const { spec, check, condition, log } = this.#options;
    if (payload.byteLength > spec.maxPayloadBytes) return tooLarge(payload.byteLength, spec.maxPayloadBytes);
    try {
      const request = decodeRequest(payload, spec);
      return condition.refusal() ?? check?.({ text: request.prompt, attachments: request.attachments }) ?? request;
    } catch (cause) {
      if (cause instanceof ServiceError) return cause;
      log.error("A prompt could not be checked", { error: String(cause) });
      return new ServiceError(500, "internal", "The prompt could not be checked");
    }
  }

  async #run(turn: Turn, startedMs: number): Promise<void> {
    try {
      const error = await turn.run();
      if (error !== undefined) this.counter.countError(error);
    } catch (cause) {
      this.#options.log.error("A turn could not be ended properly", { error: String(cause) });
    }
    this.counter.addProcessing(performance.now() - startedMs);
    this.#turns.delete(turn);
    this.#signalIdle();
  }

  #signalIdle(): void {
    if (this.#turns.size + this.#jobs.size > 0) return;
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
    this.counter.countError(new ServiceError(400, "invalid_envelope", "A prompt came without a reply subject"));
    if (this.#hasSeenNoReply) return;
    this.#hasSeenNoReply = true;
    this.#options.log.warn("A prompt without a reply subject was ignored; further ones are only counted");
  }
}

function servedPrompt(
  { prompt: text, attachments, session, extra }: PromptRequest,
  sender: AcceptedSender,
): ServedPrompt {
  return { id: uniqueId(), text, attachments, sender, extra, ...(session === undefined ? {} : { session }) };
}

function tooLarge(bytes: number, limit: number): ServiceError {
  const message = `The request is ${bytes} bytes, headers included; this agent takes at most ${limit}`;
  return new ServiceError(400, "payload_too_large", message, { max_payload_bytes: limit });
}
