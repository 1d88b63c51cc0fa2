// A caller whose streams are judged by how they ended.

import { until } from "./until.ts";
import { jsonRecord } from "./json-record.ts";
import { type RawCaller, rawCaller, type RawStream } from "./raw-caller.ts";

export interface Judgement {
  /** Response texts, joined. */
  readonly text: string;
  /** Codes and bodies of the error frame, when there is one. */
  readonly errors: readonly Readonly<Record<string, unknown>>[];
  /** Frames before the terminator, of every kind. */
  readonly frames: number;
  /** Terminators: 0 or 1. */
  readonly ends: number;
  /** Frames after the terminator. */
  readonly after: number;
}

export interface JudgedCall {
  /** Settles with the first response text. */
  readonly firstText: Promise<string>;
  /** The stream to its end, and 200 ms beyond. Settles never for a stream without an end: bound the test. */
  readonly answer: Promise<Judgement>;
  /** What came so far. */
  soFar(): Judgement;
  /** Unsubscribes: the caller is gone. */
  leave(): void;
}

export class JudgedCaller {
  readonly #caller: RawCaller;

  private constructor(caller: RawCaller) {
    this.#caller = caller;
  }

  static async connect(url: string): Promise<JudgedCaller> {
    return new JudgedCaller(await rawCaller(url));
  }

  call(subject: string, payload: string | Uint8Array): JudgedCall {
    const stream = this.#caller.prompt(subject, payload);
    let ends = 0;
    const soFar = (): Judgement => ({
      text: stream.text(),
      errors: errorsOf(stream),
      frames: stream.frames.length,
      ends,
      after: stream.late(),
    });
    const judged = stream.done.then(async () => {
      ends = 1;
      await Bun.sleep(200);
      return soFar();
    });
    const leave = (): void => stream.stop();
    const firstText = stream.until((one) => one.text() !== "").then((one) => one.text());
    return { firstText, answer: judged.finally(leave), soFar, leave };
  }

  /**
   * One whole answer. Asks when its own connection is up, for what is sent before is lost; and again, for 10 s, while nobody listens there: what
   * comes back needs a moment to subscribe.
   */
  async answerOnceServed(subject: string, payload: string): Promise<Judgement> {
    await until("the caller's connection", () => this.#isConnected(), 10_000);
    return until(
      `somebody to listen on "${subject}"`,
      () => this.call(subject, payload).answer.catch(unlessUnserved),
      10_000,
    );
  }

  /** One JSON answer; rejects when none came within 5 s. */
  async ask(subject: string, body: unknown = {}): Promise<Record<string, unknown>> {
    const answer = await this.#caller.nats.request(subject, JSON.stringify(body), { timeout: 5_000 });
    return jsonRecord(answer.string());
  }

  async close(): Promise<void> {
    await this.#caller.close();
  }

  #isConnected(): Promise<boolean> {
    return this.#caller.nats.rtt().then(
      () => true,
      () => false,
    );
  }
}

function unlessUnserved(error: unknown): undefined {
  if (error instanceof Error && error.message.startsWith("Nobody listens")) return undefined;
  throw error;
}

function errorsOf(stream: RawStream): readonly Readonly<Record<string, unknown>>[] {
  const error = stream.error();
  return error === undefined ? [] : [error];
}
