// A caller whose streams are judged by how they ended.

import { until } from "../../support/until.ts";
import { type RawCaller, rawCaller, type RawStream } from "../../support/raw-caller.ts";

export interface Judgement {
  /** Response texts, joined. */
  readonly text: string;
  /** Codes and bodies of the error frame, when there is one. */
  readonly errors: readonly Readonly<Record<string, unknown>>[];
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
    const soFar = (): Judgement => ({ text: stream.text(), errors: errorsOf(stream), ends, after: stream.late() });
    const answer = stream.done.then(async () => {
      ends = 1;
      await Bun.sleep(200);
      stream.stop();
      return soFar();
    });
    const firstText = stream.until((one) => one.text() !== "").then((one) => one.text());
    return { firstText, answer, soFar };
  }

  /** One whole answer; asks again, for 10 s, while nobody listens there: what comes back needs a moment to subscribe. */
  answerOnceServed(subject: string, payload: string): Promise<Judgement> {
    return until(
      `somebody to listen on "${subject}"`,
      () => this.call(subject, payload).answer.catch(unlessUnserved),
      10_000,
    );
  }

  async close(): Promise<void> {
    await this.#caller.close();
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
