// What one caller is sent (§6): ack first, text joined and split, one end. While the bus is away it is held, never published into a lost buffer.

import type { Attachment } from "../../protocol/attachment.ts";
import { ackChunk, encodeQuery, encodeStatus, encodeText, packAttachments } from "../../protocol/chunk.ts";
import { ServiceError } from "../../protocol/service-error.ts";
import { splitText } from "../../protocol/split-text.ts";
import type { Logger } from "../../telemetry/log.ts";
import type { BusConnection } from "../connection/connection.ts";
import { busLost, errorFrame } from "./error-frame.ts";
import type { Frame } from "./error-frame.ts";
import type { AskedQuestion } from "./open-questions.ts";
import type { OpenQuestion } from "./service-port.ts";
import type { TextBatch } from "./text-batch.ts";

/** Text is joined up to this many bytes before it is sent. */
const joinBytes = 4_096;
/** Output kept for one caller while the bus is away. */
export const heldLimitBytes = 1024 * 1024;

export interface StreamOwner {
  readonly connection: BusConnection;
  readonly batch: TextBatch;
  readonly log: Logger;
  /** Something was sent. */
  onSent(): void;
  /** The stream could not be sent to: it holds its output until `release`. */
  onHeld(stream: ResponseStream): void;
  /** Publishes the end of a stream, and sees to it that it arrives. False: not connected, nothing was sent. */
  sendEnd(end: StreamEnd): boolean;
  /** Its end is no longer the stream's to send. */
  onClosed(stream: ResponseStream): void;
}

/** What closes a stream: the error, if any, and the terminator. */
export interface StreamEnd {
  readonly reply: string;
  readonly error?: Frame;
  /** The connection's count after all that must come before the end. */
  readonly sentBefore: number;
}

/** Never throws. After `end` everything but `release` and `lose` is ignored. */
export class ResponseStream {
  readonly reply: string;
  readonly #owner: StreamOwner;
  readonly #onOverflow: () => void;
  #text = "";
  #textBytes = 0;
  #hasSentText = false;
  #hasAcked = false;
  #isEnded = false;
  #endError: Frame | undefined;
  #isLost = false;
  #held: Frame[] | undefined;
  #heldBytes = 0;
  #heldSince = 0;
  #sentBytes = 0;
  #sentCount = 0;
  #problem: ServiceError | undefined;

  /** `onOverflow`: more than 1 MB had to be held. */
  constructor(owner: StreamOwner, reply: string, onOverflow: () => void) {
    this.#owner = owner;
    this.reply = reply;
    this.#onOverflow = onOverflow;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  get isHeld(): boolean {
    return this.#held !== undefined;
  }

  /** `performance.now()` of the moment from which output is held. */
  get heldSince(): number {
    return this.#heldSince;
  }

  /** Bytes of text and attachments sent so far. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** The connection's count after the last frame that must not be missing. */
  get sentCount(): number {
    return this.#sentCount;
  }

  /** Whether the server has certainly taken all that was sent. */
  get isTaken(): boolean {
    return this.#owner.connection.isTaken(this.#sentCount);
  }

  ack(): void {
    this.#send({ payload: ackChunk });
    this.#hasAcked = !this.isHeld;
  }

  /** Not worth holding. */
  status(token: string): void {
    if (this.#isEnded || this.isHeld) return;
    this.#flushText();
    this.#publish({ payload: encodeStatus(token) });
  }

  /** A status chunk whose own `reply` tells when nobody listens. Sent while output is held too, but never before the ack. */
  probe(token: string, reply: string): void {
    if (this.#hasAcked) this.#publish({ payload: encodeStatus(token), reply });
  }

  text(text: string): void {
    if (this.#isEnded || this.#isLost || text === "") return;
    this.#text += text;
    this.#textBytes += Buffer.byteLength(text);
    if (this.#textBytes >= joinBytes) this.#flushText();
    else if (this.#hasSentText) this.#owner.batch.add(this.#flushWaiting);
    else this.#owner.batch.addSoon(this.#flushWaiting);
  }

  attachments(attachments: readonly Attachment[]): void {
    if (this.#isEnded || this.#isLost) return;
    this.#flushText();
    const { chunks, tooLarge } = packAttachments(attachments, this.#owner.connection.maxPayloadBytes());
    for (const chunk of chunks) this.#sendCounted(chunk);
    const [first] = tooLarge;
    if (first !== undefined) this.#problem ??= attachmentTooLarge(first);
  }

  /** Asks the caller. A question that no message can hold is the stream's error. */
  question(asked: AskedQuestion, { prompt, attachments, approval }: Omit<OpenQuestion, "signal" | "onAnswer">): void {
    if (this.#isEnded || this.#isLost) return;
    this.#flushText();
    const payload = encodeQuery({ ...asked, prompt, attachments, ...(approval === undefined ? {} : { approval }) });
    const limit = this.#owner.connection.maxPayloadBytes();
    if (Buffer.byteLength(payload) > limit) this.#problem ??= questionTooLarge(limit);
    else this.#sendCounted(payload);
  }

  /** Sends what waits, the error if any, and the terminator. Returns the error that was sent. */
  end(error?: ServiceError): ServiceError | undefined {
    if (this.#isEnded) return undefined;
    this.#flushText(true);
    const sent = error ?? this.#problem;
    this.#isEnded = true;
    this.#owner.batch.remove(this.#flushWaiting);
    if (sent !== undefined) this.#endError = errorFrame(sent, this.#owner.connection.maxPayloadBytes());
    this.#sendEnd();
    return sent;
  }

  /** From now on output is kept. */
  hold(now: number): void {
    if (this.isHeld) return;
    this.#held = [];
    this.#heldBytes = 0;
    this.#heldSince = now;
  }

  /** Sends what was held, in order, and goes on sending. */
  release(): void {
    const frames = this.#held ?? [];
    this.#held = undefined;
    this.#hasAcked = true;
    for (const frame of frames) this.#send(frame);
    if (this.#isEnded) this.#sendEnd();
  }

  /**
   * Forgets what was held and takes no more text: what the caller got stays a true beginning. An ended stream is left with `error` and its end to
   * send.
   */
  lose(error: ServiceError): void {
    if (this.#held === undefined) return;
    this.#isLost = true;
    this.#text = "";
    this.#heldBytes = 0;
    this.#held = [];
    if (this.#isEnded) this.#endError = errorFrame(error, this.#owner.connection.maxPayloadBytes());
  }

  readonly #flushWaiting = (): void => this.#flushText();

  #flushText(isLast = false): void {
    if (this.#text === "") return;
    const whole = this.#text;
    // Half of a surrogate pair waits for the other half.
    const cut = !isLast && isHighSurrogate(whole.charCodeAt(whole.length - 1)) ? whole.length - 1 : whole.length;
    if (cut === 0) return;
    this.#text = whole.slice(cut);
    this.#textBytes = 0;
    this.#hasSentText = true;
    const limit = this.#owner.connection.maxPayloadBytes();
    for (const part of splitText(whole.slice(0, cut), limit)) this.#sendCounted(encodeText(part));
  }

  #sendCounted(payload: string): void {
    this.#sentBytes += payload.length;
    this.#send({ payload });
  }

  #sendEnd(): void {
    if (this.#held !== undefined) return;
    const error = this.#endError;
    const end = { reply: this.reply, sentBefore: this.#sentCount, ...(error === undefined ? {} : { error }) };
    if (this.#owner.sendEnd(end)) this.#owner.onClosed(this);
    else this.#holdNow();
  }

  #send(frame: Frame): void {
    if (this.#held === undefined) {
      if (this.#publish(frame)) {
        this.#sentCount = this.#owner.connection.sentCount();
        this.#owner.onSent();
        return;
      }
      this.#holdNow();
    }
    this.#keep(frame);
  }

  #holdNow(): void {
    this.hold(performance.now());
    this.#owner.onHeld(this);
  }

  #publish(frame: Frame): boolean {
    try {
      const isPlain = frame.headers === undefined && frame.reply === undefined;
      return this.#owner.connection.publish(this.reply, frame.payload, isPlain ? undefined : frame);
    } catch (cause) {
      this.#owner.log.error("A chunk could not be sent", { reply: this.reply, error: String(cause) });
      return true;
    }
  }

  #keep(frame: Frame): void {
    this.#heldBytes += Buffer.byteLength(frame.payload);
    if (this.#heldBytes > heldLimitBytes && !this.#isEnded) {
      this.lose(busLost());
      this.#onOverflow();
      return;
    }
    this.#held?.push(frame);
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function questionTooLarge(limitBytes: number): ServiceError {
  const message = `A question of the agent does not fit into one message of this NATS server, ${limitBytes} bytes`;
  return new ServiceError(500, "answer_too_large", message);
}

function attachmentTooLarge(attachment: Attachment): ServiceError {
  const message = `The attachment ${JSON.stringify(attachment.filename)} of ${attachment.data.length} bytes does not fit into one message of this NATS server`;
  return new ServiceError(500, "attachment_too_large", message, { filename: attachment.filename });
}
