// Sees to it that the end of a stream arrives (§6), and arrives once. It is published with a reply subject of ours, on which the server says when
// nobody listens, and kept until the server is known to have passed it on. An end that was lost with a connection, or that nobody heard, is
// published again to who listens then: a caller that had its end listens no more.

import type { BusConnection, BusStatus } from "../connection/connection.ts";
import type { ProbeInbox, ReplyPlace } from "../connection/probe-inbox.ts";
import { isNoResponders } from "../connection/probe-inbox.ts";
import { busLost, errorFrame, type Frame } from "./error-frame.ts";
import type { StreamEnd } from "./response-stream.ts";

/** How long a caller is patient with a silent agent (§6.6): afterwards nobody waits for the end. */
const worthMs = 60_000;
/** A server that was killed may have taken an end and passed it on to nobody: so long after it took it, it has. */
const passedOnMs = 1_000;
/** Callers subscribe again at about the time that we do. */
const firstAgainMs = 250;
const slowestAgainMs = 8_000;
const tickMs = 100;
const most = { onItsWay: 10_000, taken: 10_000, missed: 1_000 };

interface SentEnd extends StreamEnd {
  readonly place: ReplyPlace;
  readonly since: number;
  error?: Frame;
  /** The connection's count after it. */
  count: number;
  isUnheard: boolean;
  /** Whether all before it arrived was decided when it was first missed. */
  isJudged: boolean;
  /** The run of a server that took it. */
  takenBy: string | undefined;
  tries: number;
  /** When it is forgotten, or sent again. */
  due: number;
}

export class SentEnds {
  readonly #connection: BusConnection;
  readonly #inbox: ProbeInbox;
  readonly #onSent: () => void;
  /** Sent, and nobody knows yet whether the server has it. */
  readonly #onItsWay = new Set<SentEnd>();
  /** The server has it; the oldest first. */
  readonly #taken = new Set<SentEnd>();
  /** To be sent again. */
  readonly #missed = new Set<SentEnd>();
  readonly #stopListening: () => void;
  #serverId: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `onSent`: an end was published; `confirm` is to be called soon after. */
  constructor(connection: BusConnection, inbox: ProbeInbox, onSent: () => void) {
    this.#connection = connection;
    this.#inbox = inbox;
    this.#onSent = onSent;
    this.#serverId = connection.status().serverId;
    this.#stopListening = connection.onStatus((status) => this.#follow(status));
  }

  /** Ends that the server may not have. */
  get unconfirmed(): number {
    return this.#onItsWay.size + [...this.#missed].filter(({ isUnheard }) => !isUnheard).length;
  }

  /** Publishes it. False: not connected, nothing was sent. */
  send(end: StreamEnd): boolean {
    const place = this.#inbox.open((message) => {
      if (isNoResponders(message)) sent.isUnheard = true;
    });
    const since = performance.now();
    const state = { count: 0, isUnheard: false, isJudged: false, takenBy: undefined, tries: 0, due: 0 };
    const sent: SentEnd = { ...end, ...state, place, since };
    if (this.#publish(sent)) return true;
    place.close();
    return false;
  }

  /** The server has taken what was published before. Its word that nobody listened has come before that. */
  confirm(): void {
    const now = performance.now();
    for (const sent of this.#onItsWay) {
      if (!this.#connection.isTaken(sent.count)) continue;
      this.#onItsWay.delete(sent);
      if (sent.isUnheard) this.#miss(sent, now);
      else this.#keepTaken(sent, now);
    }
    this.#tickSoon();
  }

  close(): void {
    this.#stopListening();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const ends of [this.#onItsWay, this.#taken, this.#missed]) for (const sent of ends) forget(sent, ends);
  }

  #publish(sent: SentEnd): boolean {
    const { reply, error, place } = sent;
    if (!this.#connection.isConnected()) return false;
    sent.isUnheard = false;
    if (error !== undefined && !this.#connection.publish(reply, error.payload, error)) return false;
    if (!this.#connection.publish(reply, "", { reply: place.subject })) return false;
    sent.count = this.#connection.sentCount();
    addBounded(this.#onItsWay, sent, most.onItsWay);
    this.#onSent();
    return true;
  }

  #keepTaken(sent: SentEnd, now: number): void {
    sent.takenBy = this.#serverId;
    sent.due = now + passedOnMs;
    addBounded(this.#taken, sent, most.taken);
  }

  /** Who was not there for the end may have missed more. */
  #miss(sent: SentEnd, now: number): void {
    this.#judge(sent, false);
    sent.due = now + Math.min(slowestAgainMs, firstAgainMs * 2 ** sent.tries);
    sent.tries += 1;
    addBounded(this.#missed, sent, most.missed);
  }

  #follow({ state, serverId }: BusStatus): void {
    if (state === "reconnecting") this.#lose();
    if (state !== "connected") return;
    const now = performance.now();
    this.#serverId = serverId;
    for (const sent of this.#missed) {
      if (sent.takenBy !== undefined && sent.takenBy === serverId) forget(sent, this.#missed);
      else this.#await(sent, now + firstAgainMs);
    }
    this.#tickSoon();
  }

  /** The connection is gone, and with it what was on its way; if its server is gone too, so is what that had just taken. */
  #lose(): void {
    for (const sent of this.#onItsWay) {
      this.#judge(sent, this.#connection.isTaken(sent.sentBefore));
      this.#await(sent, Number.POSITIVE_INFINITY);
    }
    for (const sent of this.#taken) {
      this.#judge(sent, false);
      this.#await(sent, Number.POSITIVE_INFINITY);
    }
    this.#onItsWay.clear();
    this.#taken.clear();
  }

  #await(sent: SentEnd, due: number): void {
    sent.isUnheard = false;
    sent.tries = 0;
    sent.due = due;
    addBounded(this.#missed, sent, most.missed);
  }

  /** An answer that ends well has no gap. */
  #judge(sent: SentEnd, hasAllBefore: boolean): void {
    if (!sent.isJudged && !hasAllBefore) sent.error ??= errorFrame(busLost(), this.#connection.maxPayloadBytes());
    sent.isJudged = true;
  }

  #tickSoon(): void {
    if (this.#taken.size + this.#missed.size > 0) this.#timer ??= setTimeout(this.#tick, tickMs);
  }

  readonly #tick = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    for (const sent of this.#taken) {
      if (sent.due > now) break;
      forget(sent, this.#taken);
    }
    for (const sent of this.#missed) {
      if (now - sent.since > worthMs) forget(sent, this.#missed);
      else if (sent.due <= now) this.#sendAgain(sent);
    }
    this.#tickSoon();
  };

  #sendAgain(sent: SentEnd): void {
    this.#missed.delete(sent);
    sent.takenBy = undefined;
    if (!this.#publish(sent)) this.#await(sent, Number.POSITIVE_INFINITY);
  }
}

function forget(sent: SentEnd, from: Set<SentEnd>): void {
  sent.place.close();
  from.delete(sent);
}

function addBounded(ends: Set<SentEnd>, sent: SentEnd, mostEnds: number): void {
  ends.add(sent);
  if (ends.size <= mostEnds) return;
  const [oldest] = ends;
  if (oldest !== undefined) forget(oldest, ends);
}
