// One prompt from its ack to its end: waits for its place, runs the handler, and owes the caller exactly one terminator on every path.

import { ServiceError } from "../../protocol/service-error.ts";
import type { Logger } from "../../telemetry/log.ts";
import type { Ticket } from "./admission.ts";
import type { HostParts } from "./host-parts.ts";
import { OpenQuestions } from "./open-questions.ts";
import { ResponseStream } from "./response-stream.ts";
import type { PromptHandler, ReplyEvent, ServedPrompt } from "./service-port.ts";
import { StopReason } from "./service-port.ts";
import { stopError } from "./stop-error.ts";
import { untilAborted } from "../until-aborted.ts";

/** How long a handler may take to end after it was told to. */
const abandonMs = 1_000;
/** Output of one stream after which the server's pong is awaited: what a slow server makes us buffer stays bounded. */
const unconfirmedLimitBytes = 256 * 1024;
const longestTimerMs = 2_147_483_647;

export interface TurnRequest {
  readonly prompt: ServedPrompt;
  readonly reply: string;
  readonly ticket: Ticket;
  readonly handler: PromptHandler;
  readonly deadlineMs: number;
}

export class Turn {
  readonly #parts: HostParts;
  readonly #request: TurnRequest;
  readonly #stream: ResponseStream;
  readonly #questions: OpenQuestions;
  readonly #stop = new AbortController();
  readonly #log: Logger;

  constructor(parts: HostParts, request: TurnRequest, log: Logger) {
    this.#parts = parts;
    this.#request = request;
    this.#log = log;
    this.#questions = new OpenQuestions(parts.inbox);
    this.#stream = new ResponseStream(parts.streams, request.reply, () => this.stop(busLostReason()));
  }

  /** Tells the handler to end; the first reason wins. */
  stop(reason: StopReason): void {
    if (!this.#stop.signal.aborted) this.#stop.abort(reason);
  }

  /** Never rejects. Resolves with the error that the caller was sent, if any, once the end is sent or held. */
  async run(): Promise<ServiceError | undefined> {
    const { ticket, deadlineMs } = this.#request;
    const stream = this.#stream;
    const deadline = setTimeout(() => this.stop(deadlineReason(deadlineMs)), Math.min(deadlineMs, longestTimerMs));
    this.#parts.heldOutput.track(stream, () => this.stop(busLostReason()));
    stream.ack();
    const unwatch = this.#parts.callerWatch.watch({
      probe: (reply) => {
        if (!stream.isHeld) stream.probe(ticket.isServing() ? "working" : "queued", reply);
      },
      onGone: () => this.stop(new StopReason("caller-gone", "The caller stopped listening")),
    });
    const unrefuse = this.#parts.streams.connection.onPublishRefused((subject) => {
      if (subject === stream.reply) this.stop(notReachableReason());
    });
    try {
      const error = await this.#answerInTurn();
      return stream.end(stopError(this.#stop.signal.reason) ?? error);
    } finally {
      void this.#parts.permissions.answered(stream.reply);
      clearTimeout(deadline);
      this.#questions.close();
      unrefuse();
      unwatch();
      ticket.leave();
    }
  }

  async #answerInTurn(): Promise<ServiceError | undefined> {
    const { ticket } = this.#request;
    const { signal } = this.#stop;
    if (!ticket.isServing()) {
      this.#stream.status("queued");
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
    const stream = this.#stream;
    let confirmedBytes = 0;
    for await (const event of handler(prompt, this.#stop.signal)) {
      if (event.type === "end") return event.error;
      if (stream.isEnded) return undefined;
      this.#send(event);
      if (stream.sentBytes - confirmedBytes < unconfirmedLimitBytes) continue;
      confirmedBytes = stream.sentBytes;
      await this.#parts.streams.connection.flush();
    }
    this.#log.error("The agent's answer stopped without an end");
    return new ServiceError(500, "internal", "The agent failed to answer");
  }

  #send(event: Exclude<ReplyEvent, { type: "end" }>): void {
    switch (event.type) {
      case "text":
        this.#stream.text(event.text);
        return;
      case "status":
        this.#stream.status(event.status);
        return;
      case "attachments":
        this.#stream.attachments(event.attachments);
        return;
      case "question": {
        const asked = this.#questions.open(event);
        if (asked !== undefined) this.#stream.question(asked, event.prompt, event.attachments);
        return;
      }
    }
  }
}

function deadlineReason(deadlineMs: number): StopReason {
  return new StopReason("deadline", `The agent did not finish within its deadline of ${deadlineMs / 1_000} s`);
}

function busLostReason(): StopReason {
  return new StopReason("bus-lost", "The connection to NATS was lost, and a part of the answer with it");
}

function notReachableReason(): StopReason {
  return new StopReason("caller-gone", "NATS permissions forbid to publish to the caller's reply subject");
}

function describe(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
