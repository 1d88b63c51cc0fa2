// Whether whoever serves a call is still there: asked while it is quiet, so that an agent whose process died is told in a second or two and not
// after the inactivity time (§6.6).

import { isReplySubject } from "../../protocol/subjects.ts";
import type { CallPresence } from "./call-event.ts";
import type { CallerBus } from "./caller-bus.ts";

/** Quieter than our own hosts ever are: they send a status every 500 ms. */
const quietMs = 750;
const tickMs = 250;
/** Between two questions to one place. */
const askMs = 1_000;
/** After nobody listened once. */
const askAgainMs = 250;
const missesThatMeanGone = 2;
/** After our own connection came back, others need time to subscribe again, too. */
const graceMs = 5_000;

export interface PresenceWatch {
  /** The agent sent something, with this reply subject. */
  heard(reply: string | undefined): void;
  stop(): void;
}

/** Calls `onGone` once, with the reason, when two questions in a row were heard by nobody, or its heartbeats have stopped. */
export function watchPresence(bus: CallerBus, place: CallPresence, onGone: (why: string) => void): PresenceWatch {
  return new Watch(bus, place, onGone);
}

/** A subject that the agent listens on, as long as it lives. */
interface Place {
  readonly subject: string;
  readonly inbox: string;
  readonly end: () => void;
  misses: number;
  dueMs: number;
  /** Undefined: not known yet. False: nobody was there from the start. */
  isTrusted: boolean | undefined;
}

class Watch implements PresenceWatch {
  readonly #bus: CallerBus;
  readonly #isOffline: () => boolean;
  readonly #onGone: (why: string) => void;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #stopStatus: () => void;
  readonly #status: Place | undefined;
  /** Where it answers us: exact for this call, whichever instance took it. */
  #own: Place | undefined;
  #heardMs = performance.now();
  #graceUntilMs = Number.NEGATIVE_INFINITY;

  constructor(bus: CallerBus, { statusSubject, isOffline }: CallPresence, onGone: (why: string) => void) {
    this.#bus = bus;
    this.#isOffline = isOffline;
    this.#onGone = onGone;
    this.#status = statusSubject === undefined ? undefined : this.#open(statusSubject);
    this.#timer = setInterval(this.#tick, tickMs);
    this.#stopStatus = bus.onStatus(() => {
      this.#graceUntilMs = performance.now() + graceMs;
    });
  }

  heard(reply: string | undefined): void {
    this.#heardMs = performance.now();
    if (this.#status !== undefined) this.#status.misses = 0;
    if (this.#own !== undefined) this.#own.misses = 0;
    if (reply === undefined || this.#own !== undefined || !isReplySubject(reply)) return;
    this.#own = this.#open(reply);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#stopStatus();
    this.#status?.end();
    this.#own?.end();
  }

  readonly #tick = (): void => {
    const now = performance.now();
    if (now < this.#graceUntilMs || now - this.#heardMs < quietMs) return;
    if (this.#isOffline()) {
      this.#gone("its heartbeats have stopped");
      return;
    }
    for (const place of [this.#status, this.#own]) {
      if (place === undefined || place.isTrusted === false || place.dueMs > now) continue;
      place.isTrusted = true;
      this.#ask(place);
    }
  };

  /** Asks it at once: where nobody listens from the start, nobody there means nothing. */
  #open(subject: string): Place {
    const inbox = this.#bus.newInbox();
    const subscription = this.#bus.subscribe(inbox, ({ data, headers }) => {
      if (headers?.code === 503 && data.byteLength === 0) this.#miss(place);
      else place.misses = 0;
    });
    const place: Place = {
      subject,
      inbox,
      isTrusted: undefined,
      misses: 0,
      dueMs: 0,
      end: () => subscription.unsubscribe(),
    };
    this.#ask(place);
    return place;
  }

  #ask(place: Place): void {
    place.dueMs = performance.now() + askMs;
    this.#bus.publish(place.subject, new Uint8Array(), { reply: place.inbox });
  }

  #miss(place: Place): void {
    if (place.isTrusted !== true) {
      place.isTrusted = false;
      return;
    }
    if (performance.now() < this.#graceUntilMs) return;
    place.misses += 1;
    place.dueMs = performance.now() + askAgainMs;
    if (place.misses >= missesThatMeanGone) this.#gone("nobody listens where it did");
  }

  #gone(why: string): void {
    this.stop();
    this.#onGone(`The agent is gone in the middle of its answer: ${why}`);
  }
}
