// Brings spans to a collector: in batches, in the background, and never at anybody's expense. What it does not take waits, within bounds; what
// is lost is counted, and said once.

import type { Logger } from "../log.ts";
import type { RequestFacts, SpanEncoding } from "./encoding.ts";
import { type Collector, type PostOutcome, postSpans } from "./post.ts";
import type { Span } from "./span.ts";
import { SpanQueue } from "./span-queue.ts";

export interface ExporterOptions {
  readonly collector: Collector;
  readonly encoding: SpanEncoding;
  readonly facts: RequestFacts;
  readonly counts: SpanCounts;
  readonly log: Logger;
  /** How long spans are gathered before they are sent; default 2 s. */
  readonly gatherMs?: number;
  /** The first wait after a failure, which then doubles; default 1 s. */
  readonly firstWaitMs?: number;
}

/** Spans by what became of them. */
export interface SpanCounts {
  /** `rejected`: the collector did not want them; `dropped`: it was away for too long, or the runtime ended. */
  add(outcome: "delivered" | "rejected" | "dropped", spans: number): void;
}

export interface ExporterStatus {
  readonly url: string;
  readonly state: "delivering" | "away";
  /** Of `away`. */
  readonly reason?: string;
  readonly waiting: number;
}

const queueLimits = { spans: 4096, bytes: 4 * 1024 * 1024 };
const requestLimits = { spans: 512, bytes: 1024 * 1024 };
const usualGatherMs = 2_000;
const usualFirstWaitMs = 1_000;
const longestWaitMs = 60_000;

export class SpanExporter {
  readonly #options: ExporterOptions;
  readonly #shownUrl: string;
  readonly #queue = new SpanQueue(queueLimits);
  readonly #leaving = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sending: Promise<void> | undefined;
  #failures = 0;
  /** Why it cannot be delivered. */
  #away: string | undefined;
  /** Spans that were dropped since something was delivered last. */
  #lost = 0;
  #hasSaidRefused = false;
  #closed: Promise<void> | undefined;

  constructor(options: ExporterOptions) {
    this.#options = options;
    this.#shownUrl = withoutQuery(options.collector.url);
  }

  /** Never throws, and never waits. */
  add(spans: readonly Span[]): void {
    const { encoding } = this.#options;
    if (this.#closed !== undefined || spans.length === 0) return;
    this.#drop(this.#queue.add(spans.map((span) => encoding.span(span))));
    const isFull = this.#queue.size >= requestLimits.spans && this.#failures === 0;
    if (isFull) this.#send();
    else this.#timer ??= this.#after(this.#options.gatherMs ?? usualGatherMs);
  }

  status(): ExporterStatus {
    return {
      url: this.#shownUrl,
      state: this.#away === undefined ? "delivering" : "away",
      ...(this.#away === undefined ? {} : { reason: this.#away }),
      waiting: this.#queue.size,
    };
  }

  /** Sends what waits, for at most `withinMs`; the rest is dropped. Never rejects. */
  close(withinMs: number): Promise<void> {
    return (this.#closed ??= this.#close(withinMs));
  }

  async #close(withinMs: number): Promise<void> {
    clearTimeout(this.#timer);
    const deadline = setTimeout(() => this.#leaving.abort(new Error("The runtime ends")), withinMs);
    await this.#sending;
    // One try each: nobody waits for a collector that is away.
    let isTaken = true;
    while (isTaken && this.#queue.size > 0 && !this.#leaving.signal.aborted) isTaken = await this.#sendOne();
    clearTimeout(deadline);
    this.#drop(this.#queue.size);
  }

  #after(ms: number): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.#send(), ms).unref();
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
      if (this.#closed !== undefined || this.#queue.size === 0) return;
      this.#timer ??= this.#after(this.#options.gatherMs ?? usualGatherMs);
    });
  }

  /** Until nothing waits, or the collector is not there: then again later. */
  async #sendAll(): Promise<void> {
    while (this.#queue.size > 0 && this.#closed === undefined) {
      if (await this.#sendOne()) continue;
      return;
    }
  }

  /** False: it is to be tried again, and a timer is set for that. */
  async #sendOne(): Promise<boolean> {
    const { collector, encoding, facts } = this.#options;
    const spans = this.#queue.take(requestLimits);
    const body = encoding.request(spans, facts);
    const outcome = await postSpans(body, collector, encoding, this.#leaving.signal);
    this.#queue.done(outcome.type !== "later");
    this.#note(outcome, spans.length);
    return outcome.type !== "later";
  }

  #note(outcome: PostOutcome, spans: number): void {
    const { counts } = this.#options;
    switch (outcome.type) {
      case "taken": {
        const rejected = Math.min(spans, outcome.partial.rejectedSpans);
        counts.add("delivered", spans - rejected);
        this.#noteBack();
        if (rejected > 0 || outcome.partial.message !== "") this.#noteRefused(rejected, outcome.partial.message);
        break;
      }
      case "refused":
        this.#noteBack();
        this.#noteRefused(spans, outcome.reason);
        break;
      case "later":
        this.#noteAway(outcome.reason, outcome.retryAfterMs);
        break;
    }
  }

  #noteAway(reason: string, retryAfterMs: number | undefined): void {
    this.#failures += 1;
    const { log, firstWaitMs = usualFirstWaitMs } = this.#options;
    const backoffMs = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(this.#failures - 1, 10));
    const waitMs = Math.max(retryAfterMs ?? 0, backoffMs * (0.5 + Math.random() / 2));
    if (this.#closed === undefined) this.#timer ??= this.#after(waitMs);
    if (this.#away === undefined) {
      log.warn("Traces cannot be exported now; turns go on, and it is tried again", { url: this.#shownUrl, reason });
    }
    this.#away = reason;
  }

  #noteBack(): void {
    const [wasAway, lost] = [this.#away !== undefined, this.#lost];
    [this.#away, this.#lost, this.#failures] = [undefined, 0, 0];
    if (!wasAway && lost === 0) return;
    this.#options.log.info("Traces are exported again", { url: this.#shownUrl, spans_lost: lost });
  }

  #noteRefused(spans: number, reason: string): void {
    const { counts, log } = this.#options;
    if (spans > 0) counts.add("rejected", spans);
    if (this.#hasSaidRefused) return;
    this.#hasSaidRefused = true;
    const text = "The collector does not take all spans; further ones are only counted";
    log.warn(text, { url: this.#shownUrl, spans, reason: reason.replace(/\s+/g, " ").slice(0, 300) });
  }

  #drop(spans: number): void {
    if (spans === 0) return;
    const { counts, log } = this.#options;
    counts.add("dropped", spans);
    if (this.#lost === 0)
      log.warn("Spans are lost: the collector did not take them in time", { url: this.#shownUrl, spans });
    this.#lost += spans;
  }
}

/** A query may hold a key. */
function withoutQuery(text: string): string {
  const url = new URL(text);
  url.search = "";
  return url.href;
}
