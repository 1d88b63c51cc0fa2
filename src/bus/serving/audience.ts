// Those who hear one turn: the caller that started it, and whoever sent the same prompt again and joined. It is over for the model when all have left.

import type { ServiceError } from "../../protocol/service-error.ts";
import { busLost } from "./error-frame.ts";
import type { HostParts } from "./host-parts.ts";
import { type AskedQuestion, OpenQuestions } from "./open-questions.ts";
import { ResponseStream } from "./response-stream.ts";
import type { OpenQuestion, ReplyEvent } from "./service-port.ts";
import { StopReason } from "./service-port.ts";
import { stopError } from "./stop-error.ts";
import type { Transcript } from "./transcript.ts";

export interface AudienceOptions {
  /** What a member is told while nothing else flows. */
  readonly token: () => "queued" | "working";
  /** What who joins later is told first. */
  readonly transcript?: Transcript;
  /** The last of them has left, for this reason; it is still owed an end. */
  readonly onDeserted: (reason: StopReason) => void;
}

type PassingEvent = Exclude<ReplyEvent, { type: "end" | "question" }>;

interface Member {
  readonly stream: ResponseStream;
  /** It was away, and may lack a piece of the answer. */
  mayHaveMissed(): boolean;
  /** Ends what watches the member. */
  unwatch(): void;
}

export class Audience {
  readonly #parts: HostParts;
  readonly #options: AudienceOptions;
  readonly #members = new Set<Member>();
  readonly #questions: OpenQuestions;
  #sentBytes = 0;
  #isEnded = false;

  constructor(parts: HostParts, options: AudienceOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#questions = new OpenQuestions(parts);
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  get size(): number {
    return this.#members.size;
  }

  /** Bytes of text and attachments that were sent to those who are here. */
  get sentBytes(): number {
    let bytes = this.#sentBytes;
    for (const { stream } of this.#members) bytes += stream.sentBytes;
    return bytes;
  }

  /** Acks, tells what was said before, and from now on the rest. */
  join(reply: string): void {
    const { streams, heldOutput, callerWatch } = this.#parts;
    const leave = (reason: StopReason): void => this.#leave(member, reason);
    const stream = new ResponseStream(streams, reply, () => leave(busLostReason()));
    heldOutput.track(stream, () => leave(busLostReason()));
    stream.ack();
    const watching = callerWatch.watch({
      probe: (probeReply) => {
        if (!stream.isHeld) stream.probe(this.#options.token(), probeReply);
      },
      sentMark: () => stream.sentCount,
      onMissed: () => leave(busLostReason()),
      onGone: () => leave(new StopReason("caller-gone", "The caller stopped listening")),
    });
    const unrefuse = streams.connection.onPublishRefused((subject) => {
      if (subject === reply) leave(new StopReason("caller-gone", "NATS permissions forbid to publish the answer"));
    });
    const member: Member = {
      stream,
      mayHaveMissed: () => watching.mayHaveMissed(),
      unwatch: () => {
        watching.end();
        unrefuse();
      },
    };
    this.#members.add(member);
    for (const event of this.#options.transcript?.said() ?? []) send(stream, event);
    for (const { asked, question } of this.#questions.waiting()) ask(stream, asked, question);
  }

  tell(event: Exclude<ReplyEvent, { type: "end" }>): void {
    if (this.#isEnded) return;
    if (event.type === "question") this.#ask(event);
    else this.#say(event);
  }

  /** Gives each of them its end. Returns the error that was sent, if any. */
  end(error?: ServiceError): ServiceError | undefined {
    this.#isEnded = true;
    this.#questions.close();
    let sent = error;
    for (const member of this.#members) sent = this.#dismiss(member, error) ?? sent;
    return sent;
  }

  #say(event: PassingEvent): void {
    if (event.type !== "status") this.#options.transcript?.add(event);
    for (const { stream } of this.#members) send(stream, event);
  }

  /** All of them are asked; the first answer counts. */
  #ask(question: OpenQuestion): void {
    const asked = this.#questions.open(question);
    if (asked === undefined) return;
    for (const { stream } of this.#members) ask(stream, asked, question);
  }

  /** One goes, the others stay; the last one is the turn's to end. */
  #leave(member: Member, reason: StopReason): void {
    if (!this.#members.has(member)) return;
    if (this.#members.size > 1) this.#dismiss(member, stopError(reason));
    else this.#options.onDeserted(reason);
  }

  #dismiss(member: Member, error: ServiceError | undefined): ServiceError | undefined {
    const { stream } = member;
    this.#members.delete(member);
    member.unwatch();
    // Its own loss is no error of the turn: who sends the prompt again may have the answer.
    const loss = error === undefined && member.mayHaveMissed() ? busLost() : undefined;
    const sent = stream.end(error ?? loss);
    this.#sentBytes += stream.sentBytes;
    void this.#parts.permissions.answered(stream.reply);
    return loss === undefined ? sent : undefined;
  }
}

/** Tells one caller a whole answer, and ends it. */
export function replay(parts: HostParts, transcript: Transcript, reply: string): void {
  const audience = new Audience(parts, { token: () => "working", transcript, onDeserted: () => undefined });
  audience.join(reply);
  audience.end();
}

function ask(stream: ResponseStream, asked: AskedQuestion, question: OpenQuestion): void {
  stream.question(asked, question);
}

function send(stream: ResponseStream, event: PassingEvent): void {
  switch (event.type) {
    case "text":
      stream.text(event.text);
      return;
    case "status":
      stream.status(event.status);
      return;
    case "attachments":
      stream.attachments(event.attachments);
      return;
  }
}

function busLostReason(): StopReason {
  return new StopReason("bus-lost", "The connection to NATS was lost, and a part of the answer with it");
}
