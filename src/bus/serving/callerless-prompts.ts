// Prompts of one agent that no caller waits for: jobs that are kept elsewhere, and those of its own triggers.

import { longestTimerMs } from "../../host/longest-timer.ts";
import { ServiceError } from "../../protocol/service-error.ts";
import type { Logger } from "../../telemetry/log.ts";
import type { SenderGate } from "../identity/sender-gate.ts";
import type { JobAnswer, JobPrompt } from "../jobs/job-agent.ts";
import { JobTurn } from "../jobs/job-turn.ts";
import type { Admission } from "./admission.ts";
import type { EndpointCounter } from "./endpoint-counter.ts";
import type { PromptChecks } from "./prompt-checks.ts";
import { servedPrompt, turnFields } from "./served-prompt.ts";
import type { OwnAnswer, OwnPrompt, PromptHandler, ServedPrompt, ServiceSpec } from "./service-port.ts";
import { StopReason } from "./service-port.ts";

/** An answer of our own is kept whole until it is delivered. */
const maxOwnAnswerBytes = 1024 * 1024;

export interface CallerlessPromptsOptions {
  readonly spec: ServiceSpec;
  readonly gate: SenderGate;
  readonly handler: PromptHandler;
  readonly checks: PromptChecks;
  readonly admission: Admission;
  readonly counter: EndpointCounter;
  readonly log: Logger;
  /** One has ended. */
  readonly onEnded: () => void;
}

export class CallerlessPrompts {
  readonly #options: CallerlessPromptsOptions;
  readonly #jobs = new Set<JobTurn>();
  readonly #own = new Set<JobTurn>();

  constructor(options: CallerlessPromptsOptions) {
    this.#options = options;
  }

  /** Those that run or wait. */
  get size(): number {
    return this.#jobs.size + this.#own.size;
  }

  stopAll(reason: StopReason): void {
    for (const job of [...this.#jobs, ...this.#own]) job.stop(reason);
  }

  /** Jobs that have no place yet are kept elsewhere, and need not wait for it here. */
  stopWaitingJobs(reason: StopReason): void {
    for (const job of this.#jobs) job.stopIfWaiting(reason);
  }

  /** Runs a job as a prompt that no caller waits for. Never rejects. */
  async runJob({ id, maxAnswerBytes, isExpired, trace, ...stored }: JobPrompt): Promise<JobAnswer> {
    const { spec, handler, gate, log, checks, admission } = this.#options;
    const sender = gate.admitStored(stored);
    if (sender instanceof ServiceError) return { type: "error", error: sender };
    const request = checks.decode(stored.payload);
    if (request instanceof ServiceError) return { type: "error", error: request };
    const unfit = checks.unfit(request);
    if (unfit !== undefined) return { type: "error", error: unfit };
    const prompt = servedPrompt(request, sender, trace);
    const ticket = admission.enterBackground();
    const { deadlineMs } = spec;
    const turn = { prompt, ticket, handler, deadlineMs, maxAnswerBytes, isExpired };
    const job = new JobTurn(turn, log.with({ ...turnFields(prompt), job: id }));
    this.#jobs.add(job);
    const answer = await job.run();
    this.#jobs.delete(job);
    this.#options.onEnded();
    return answer;
  }

  /** Runs a prompt of our own as a caller's: admitted, within its deadline, counted. `refusal`: why none is taken now. Never rejects. */
  async runOwn(prompt: OwnPrompt, refusal: ServiceError | undefined): Promise<OwnAnswer> {
    const startedMs = performance.now();
    const { spec, handler, log, checks, admission, counter } = this.#options;
    counter.countRequest();
    const unfit = refusal ?? checks.unfit({ prompt: prompt.text, attachments: prompt.attachments });
    const ticket = unfit ?? admission.enter(`${prompt.origin.type} ${prompt.origin.name}`);
    if (ticket instanceof ServiceError) {
      counter.countError(ticket);
      counter.addProcessing(performance.now() - startedMs);
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
    if (answer.type === "error") counter.countError(answer.error);
    counter.addProcessing(performance.now() - startedMs);
    this.#options.onEnded();
    return answer.type === "expired" ? { type: "error", error: internalError() } : answer;
  }
}

function internalError(): ServiceError {
  return new ServiceError(500, "internal", "The agent failed to answer");
}
