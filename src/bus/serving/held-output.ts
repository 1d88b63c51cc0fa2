// Streams over a disconnect: all output is held at once when the bus goes, and sent when it is back and the caller has subscribed again. What
// waits longer than a minute is given up, and so is a stream of which something was under way when the bus went: nobody can tell whether the
// caller has it, and an answer that ends well must have no gap.

import { graceMs } from "./caller-watch.ts";
import type { BusConnection } from "../connection/connection.ts";
import { busLost } from "./error-frame.ts";
import type { ProbeInbox } from "../connection/probe-inbox.ts";
import { isNoResponders } from "../connection/probe-inbox.ts";
import type { ResponseStream } from "./response-stream.ts";

export const holdMs = 60_000;
const tickMs = 100;
/** How long the end of a stream that was given up is still worth sending. */
const orphanMs = 15 * 60_000;

interface Track {
  readonly stream: ResponseStream;
  /** The output is lost: the turn should end. */
  readonly onLost: () => void;
  isLost: boolean;
}

export class HeldOutput {
  readonly #connection: BusConnection;
  readonly #inbox: ProbeInbox;
  readonly #holdMs: number;
  readonly #tracks = new Map<ResponseStream, Track>();
  readonly #held = new Set<Track>();
  readonly #stopListening: () => void;
  #connectedAtMs = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: BusConnection, inbox: ProbeInbox, limits: { readonly holdMs?: number } = {}) {
    this.#connection = connection;
    this.#inbox = inbox;
    this.#holdMs = limits.holdMs ?? holdMs;
    this.#stopListening = connection.onStatus(({ state }) => {
      if (state === "reconnecting") this.#holdAll();
      if (state === "connected") this.#connectedAtMs = performance.now();
    });
  }

  /** Streams whose output waits for the bus. */
  get size(): number {
    return this.#held.size;
  }

  track(stream: ResponseStream, onLost: () => void): void {
    this.#tracks.set(stream, { stream, onLost, isLost: false });
  }

  /** The stream holds output now. */
  hold(stream: ResponseStream): void {
    const track = this.#tracks.get(stream);
    if (track === undefined) return;
    this.#held.add(track);
    this.#timer ??= setTimeout(this.#tick, tickMs);
  }

  /** The stream is done. */
  untrack(stream: ResponseStream): void {
    const track = this.#tracks.get(stream);
    if (track === undefined) return;
    this.#tracks.delete(stream);
    this.#held.delete(track);
  }

  close(): void {
    this.#stopListening();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#tracks.clear();
    this.#held.clear();
  }

  #holdAll(): void {
    const now = performance.now();
    for (const track of this.#tracks.values()) {
      const { stream } = track;
      const mayLack = !stream.isHeld && !stream.isTaken;
      stream.hold(now);
      this.hold(stream);
      if (mayLack) lose(track);
    }
  }

  readonly #tick = (): void => {
    this.#timer = undefined;
    this.#expire(performance.now());
    void this.#releaseListening().finally(() => {
      if (this.#held.size > 0) this.#timer ??= setTimeout(this.#tick, tickMs);
    });
  };

  #expire(now: number): void {
    for (const track of this.#held) {
      const ageMs = now - track.stream.heldSince;
      if (ageMs > this.#holdMs) lose(track);
      if (ageMs > this.#holdMs + orphanMs) this.untrack(track.stream);
    }
  }

  /** Asks for each held stream whether its caller listens; the server's no comes before its pong. */
  async #releaseListening(): Promise<void> {
    if (!this.#connection.isConnected()) return;
    const probes = [...this.#held].map((track) => this.#probe(track));
    const isAnswered = await this.#connection.flush();
    const isGraceOver = performance.now() - this.#connectedAtMs > graceMs;
    for (const { track, place, isHeard } of probes) {
      place.close();
      if (!isAnswered || !this.#held.has(track) || !(isHeard() || isGraceOver)) continue;
      this.#held.delete(track);
      track.stream.release();
    }
  }

  #probe(track: Track): { track: Track; place: { close(): void }; isHeard: () => boolean } {
    let isHeard = true;
    const place = this.#inbox.open((message) => {
      if (isNoResponders(message)) isHeard = false;
    });
    track.stream.probe("working", place.subject);
    return { track, place, isHeard: () => isHeard };
  }
}

function lose(track: Track): void {
  if (track.isLost) return;
  track.isLost = true;
  track.stream.lose(busLost());
  track.onLost();
}
