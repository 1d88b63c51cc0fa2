// One job's turn at its agent: waits for its place behind all callers, runs the handler as a prompt would, and collects the answer.

import { longestTimerMs } from "../../host/longest-timer.ts";
import type { Attachment } from "../../protocol/attachment.ts";
import { ServiceError } from "../../protocol/service-error.ts";
import type { TraceContext } from "../../protocol/trace-context.ts";
import type { Logger } from "../../telemetry/log.ts";
import type { Ticket } from "../serving/admission.ts";
import type { PromptHandler, ReplyEvent, ServedPrompt } from "../serving/service-port.ts";
import { StopReason } from "../serving/service-port.ts";
import { stopError } from "../serving/stop-error.ts";
import { untilAborted } from "../until-aborted.ts";
import type { JobAnswer } from "./job-agent.ts";

const abandonMs = 1_000;

export interface JobTurnRequest {
  readonly prompt: ServedPrompt;
  readonly ticket: Ticket;
  readonly handler: PromptHandler;
  /** From its place on: a job may wait for it as long as it lives. */
  readonly deadlineMs: number;
  readonly maxAnswerBytes: number;
  readonly isExpired: () => boolean;
}

export class JobTurn {
  readonly #request: JobTurnRequest;
  readonly #stop = new AbortController();
  readonly #log: Logger;
  readonly #texts: string[] = [];
  readonly #attachments: Attachment[] = [];
  #bytes = 0;
  #trace: TraceContext | undefined;

  constructor(request: JobTurnRequest, log: Logger) {
    this.#request = request;
    this.#log = log;
  }

  /** Tells it to end; the first reason wins. */
  stop(reason: StopReason): void {
    if (!this.#stop.signal.aborted) this.#stop.abort(reason);
  }

  stopIfWaiting(reason: StopReason): void {
    if (!this.#request.ticket.isServing()) this.stop(reason);
  }

  /** Never rejects. */
  async run(): Promise<JobAnswer> {
    const { ticket, isExpired, deadlineMs } = this.#request;
    const { signal } = this.#stop;
    let deadline: ReturnType<typeof setTimeout> | undefined;
    try {
      if (!ticket.isServing()) await untilAborted(ticket.served(), signal, 0);
      if (isExpired() && !signal.aborted) return { type: "expired" };
      deadline = setTimeout(() => this.stop(deadlineReason(deadlineMs)), Math.min(deadlineMs, longestTimerMs));
      const error = signal.aborted ? undefined : await untilAborted(this.#answer(), signal, abandonMs);
      const failure = stopError(signal.reason) ?? error;
      if (failure !== undefined) return { type: "error", error: failure };
      const trace = this.#trace === undefined ? {} : { trace: this.#trace };
      return { type: "answer", text: this.#texts.join(""), attachments: this.#attachments, ...trace };
    } catch (cause) {
      this.#log.error("The agent failed to answer a job", { error: String(cause) });
      return { type: "error", error: internal() };
    } finally {
      clearTimeout(deadline);
      ticket.leave();
    }
  }

  async #answer(): Promise<ServiceError | undefined> {
    const { handler, prompt, maxAnswerBytes } = this.#request;
    for await (const event of handler(prompt, this.#stop.signal)) {
      if (event.type === "end") {
        this.#trace = event.trace;
        return event.error;
      }
      this.#keep(event);
      if (this.#bytes > maxAnswerBytes) return answerTooLarge(maxAnswerBytes);
    }
    this.#log.error("The agent's answer to a job stopped without an end");
    return internal();
  }

  #keep(event: Exclude<ReplyEvent, { type: "end" }>): void {
    switch (event.type) {
      case "text":
        this.#texts.push(event.text);
        this.#bytes += event.text.length;
        return;
      case "attachments":
        this.#attachments.push(...event.attachments);
        for (const { data } of event.attachments) this.#bytes += data.byteLength;
        return;
      case "status":
      case "question": // Nobody is there to answer it.
        return;
    }
  }
}

export function answerTooLarge(limitBytes: number): ServiceError {
  return new ServiceError(500, "answer_too_large", `The answer is larger than a result may be, ${limitBytes} bytes`);
}

function internal(): ServiceError {
  return new ServiceError(500, "internal", "The agent failed to answer");
}

function deadlineReason(deadlineMs: number): StopReason {
  return new StopReason("deadline", `The agent did not finish within its deadline of ${deadlineMs / 1_000} s`);
}
