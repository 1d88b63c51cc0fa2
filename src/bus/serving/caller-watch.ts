// Finds out that a caller is gone (§6.7): every 500 ms it is sent a status chunk with a reply subject of ours, on which the server says when nobody
// listens. The same chunk keeps the caller's inactivity clock from running out.

import type { BusConnection } from "../connection/connection.ts";
import type { ProbeInbox, ReplyPlace } from "../connection/probe-inbox.ts";
import { isNoResponders } from "../connection/probe-inbox.ts";

const probeMs = 500;
const tickMs = 125;
/** Callers need time to subscribe again after a reconnect. */
export const graceMs = 5_000;
const missesThatMeanGone = 2;

export interface Watched {
  /** Sends the caller something with this reply subject. */
  probe(replySubject: string): void;
  /** Another number for each thing that it is sent and must not miss. */
  sentMark(): number;
  /** Two in a row were heard by nobody. Called once. */
  onGone(): void;
  /** One was heard by nobody and the next one was heard again, and what was sent in between may be missed. */
  onMissed(): void;
}

export interface CallerWatching {
  /** The last that is known of the caller is that it was away, and something was sent since it was last there. */
  mayHaveMissed(): boolean;
  end(): void;
}

interface Watch {
  readonly watched: Watched;
  readonly place: ReplyPlace;
  dueMs: number;
  misses: number;
  wasMissed: boolean;
  /** What had been sent at the last probe, and at the last one that was heard. */
  probedMark: number;
  heardMark: number;
}

export class CallerWatch {
  readonly #connection: BusConnection;
  readonly #inbox: ProbeInbox;
  readonly #watches = new Set<Watch>();
  readonly #stopListening: () => void;
  #connectedAtMs = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(connection: BusConnection, inbox: ProbeInbox) {
    this.#connection = connection;
    this.#inbox = inbox;
    let wasConnected = connection.isConnected();
    this.#stopListening = connection.onStatus(({ state }) => {
      if (state === "connected" && wasConnected) this.#connectedAtMs = performance.now();
      wasConnected ||= state === "connected";
    });
  }

  /** Watches until it is told to end. The first probe comes after 500 ms. */
  watch(watched: Watched): CallerWatching {
    const place = this.#inbox.open((message) => {
      if (isNoResponders(message)) this.#miss(watch);
    });
    const dueMs = performance.now() + probeMs;
    const watch: Watch = { watched, place, dueMs, misses: 0, wasMissed: false, probedMark: 0, heardMark: 0 };
    this.#watches.add(watch);
    this.#timer ??= setInterval(this.#tick, tickMs);
    return {
      mayHaveMissed: () => watch.misses > 0 && watched.sentMark() !== watch.heardMark,
      end: () => this.#end(watch),
    };
  }

  close(): void {
    this.#stopListening();
    for (const watch of this.#watches) this.#end(watch);
  }

  readonly #tick = (): void => {
    const now = performance.now();
    if (!this.#connection.isConnected()) return;
    for (const watch of this.#watches) {
      if (watch.dueMs > now) continue;
      watch.dueMs = now + probeMs;
      if (!watch.wasMissed) heard(watch);
      watch.wasMissed = false;
      watch.probedMark = watch.watched.sentMark();
      watch.watched.probe(watch.place.subject);
    }
  };

  #miss(watch: Watch): void {
    if (!this.#watches.has(watch) || performance.now() - this.#connectedAtMs < graceMs) return;
    watch.wasMissed = true;
    watch.misses++;
    if (watch.misses < missesThatMeanGone) return;
    this.#end(watch);
    watch.watched.onGone();
  }

  #end(watch: Watch): void {
    watch.place.close();
    this.#watches.delete(watch);
    if (this.#watches.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function heard(watch: Watch): void {
  const wasAway = watch.misses > 0;
  const hasMissed = wasAway && watch.probedMark !== watch.heardMark;
  watch.misses = 0;
  watch.heardMark = watch.probedMark;
  if (hasMissed) watch.watched.onMissed();
}
