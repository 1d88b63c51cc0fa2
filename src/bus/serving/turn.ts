// One prompt from its ack to its end: waits for its place, runs the handler, and owes the caller exactly one terminator on every path.

import { longestTimerMs } from "../../host/longest-timer.ts";
import { ServiceError } from "../../protocol/service-error.ts";
import type { Logger } from "../../telemetry/log.ts";
import type { Ticket } from "./admission.ts";
import { Audience } from "./audience.ts";
import type { HostParts } from "./host-parts.ts";
import type { PromptHandler, ServedPrompt } from "./service-port.ts";
import { StopReason } from "./service-port.ts";
import { stopError } from "./stop-error.ts";
import { Transcript } from "./transcript.ts";
import { untilAborted } from "../until-aborted.ts";

/** How long a handler may take to end after it was told to. */
const abandonMs = 1_000;
/** Output of one stream after which the server's pong is awaited: what a slow server makes us buffer stays bounded. */
const unconfirmedLimitBytes = 256 * 1024;

export interface TurnRequest {
  readonly prompt: ServedPrompt;
  readonly reply: string;
  readonly ticket: Ticket;
  readonly handler: PromptHandler;
  readonly deadlineMs: number;
  /** It may be sent again: what it says is kept for who joins. */
  readonly isRepeatable: boolean;
}

export class Turn {
  readonly #parts: HostParts;
  readonly #request: TurnRequest;
  readonly #audience: Audience;
  readonly #transcript: Transcript | undefined;
  readonly #stop = new AbortController();
  readonly #log: Logger;

  constructor(parts: HostParts, request: TurnRequest, log: Logger) {
    this.#parts = parts;
    this.#request = request;
    this.#log = log;
    const transcript = request.isRepeatable ? new Transcript() : undefined;
    this.#transcript = transcript;
    this.#audience = new Audience(parts, {
      token: () => (request.ticket.isServing() ? "working" : "queued"),
      onDeserted: (reason) => this.stop(reason),
      ...(transcript === undefined ? {} : { transcript }),
    });
  }

  /** It will end without its own end: nobody can join it. */
  get isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** What it said is known from its start. */
  get canBeJoined(): boolean {
    return this.#transcript?.isWhole === true;
  }

  /** Callers that hear it. */
  get callers(): number {
    return this.#audience.size;
  }

  /** All that it said; undefined when it was stopped, or is not kept. */
  transcript(): Transcript | undefined {
    return this.isStopped ? undefined : this.#transcript;
  }

  /** One more caller is told what it said and says. */
  join(reply: string): void {
    this.#audience.join(reply);
  }

  /** Tells the handler to end; the first reason wins. */
  stop(reason: StopReason): void {
    if (!this.#stop.signal.aborted) this.#stop.abort(reason);
  }

  /** Never rejects. Resolves with the error that the caller was sent, if any, once the end is sent or held. */
  async run(): Promise<ServiceError | undefined> {
    const { ticket, deadlineMs, reply } = this.#request;
    const deadline = setTimeout(() => this.stop(deadlineReason(deadlineMs)), Math.min(deadlineMs, longestTimerMs));
    this.#audience.join(reply);
    try {
      const error = await this.#answerInTurn();
      return this.#audience.end(stopError(this.#stop.signal.reason) ?? error);
    } finally {
      clearTimeout(deadline);
      ticket.leave();
    }
  }

  async #answerInTurn(): Promise<ServiceError | undefined> {
    const { ticket } = this.#request;
    const { signal } = this.#stop;
    if (!ticket.isServing()) {
      this.#audience.tell({ type: "status", status: "queued" });
      await untilAborted(ticket.served(), signal, 0);
    }
    if (signal.aborted) return undefined;
    try {
      return await untilAborted(this.#answer(), signal, abandonMs);
    } catch (cause) {
      this.#log.error("The agent failed to answer", { error: describe(cause) });
      return new ServiceError(500, "internal", "The agent failed to answer");
    }
  }

  async #answer(): Promise<ServiceError | undefined> {
    const { handler, prompt } = this.#request;
    const audience = this.#audience;
    let confirmedBytes = 0;
    for await (const event of handler(prompt, this.#stop.signal)) {
      if (event.type === "end") return event.error;
      if (audience.isEnded) return undefined;
      audience.tell(event);
      if (audience.sentBytes - confirmedBytes < unconfirmedLimitBytes) continue;
      confirmedBytes = audience.sentBytes;
      await this.#parts.streams.connection.flush();
    }
    this.#log.error("The agent's answer stopped without an end");
    return new ServiceError(500, "internal", "The agent failed to answer");
  }
}

function deadlineReason(deadlineMs: number): StopReason {
  return new StopReason("deadline", `The agent did not finish within its deadline of ${deadlineMs / 1_000} s`);
}

function describe(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
