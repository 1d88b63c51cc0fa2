// One job as the queue hands it out, and what can be said back: still at it, done with, again later.

import type { Msg } from "@nats-io/nats-core";
import type { BusConnection } from "../connection/connection.ts";
import { requestOnce } from "./jetstream.ts";

/** A job in hand. It comes back when nothing is said of it for the queue's `ack_wait`. */
export class JobDelivery {
  readonly seq: number;
  readonly storedAtMs: number;
  /** As it is stored. */
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  readonly #bus: BusConnection;
  #reply: string;

  constructor(bus: BusConnection, message: Msg, place: DeliveryPlace) {
    this.#bus = bus;
    this.#reply = place.reply;
    this.seq = place.seq;
    this.storedAtMs = place.storedAtMs;
    this.subject = message.subject;
    this.payload = message.data;
    this.headers = Object.fromEntries([...(message.headers ?? [])].map(([key, values]) => [key, values[0] ?? ""]));
  }

  /** The same job was handed out again meanwhile: from now on that one is answered. */
  follow(newer: JobDelivery): void {
    this.#reply = newer.#reply;
  }

  /** Keeps it from being handed out again. */
  working(): void {
    this.#bus.publish(this.#reply, "+WPI");
  }

  again(delayMs: number): void {
    this.#bus.publish(this.#reply, `-NAK {"delay":${Math.round(delayMs * 1_000_000)}}`);
  }

  /** Takes it out of the queue; resolves when the server has. Rejects with a `JobError`. */
  async done(): Promise<void> {
    await requestOnce(this.#bus, this.#reply, new TextEncoder().encode("+ACK"));
  }
}

export interface DeliveryPlace {
  readonly reply: string;
  readonly seq: number;
  readonly storedAtMs: number;
}

/** Reads the reply subject of a delivery, in its old form of 9 tokens and its new one of 11 or more. Undefined for any other subject. */
export function parseDelivery(reply: string | undefined): DeliveryPlace | undefined {
  const tokens = reply?.split(".") ?? [];
  if (reply === undefined || tokens[0] !== "$JS" || tokens[1] !== "ACK") return undefined;
  const from = tokens.length === 9 ? 4 : tokens.length >= 11 ? 6 : undefined;
  if (from === undefined) return undefined;
  const [, seq = "", , storedAtNs = ""] = tokens.slice(from);
  if (!/^\d+$/.test(seq) || !/^\d+$/.test(storedAtNs)) return undefined;
  return { reply, seq: Number(seq), storedAtMs: Number(BigInt(storedAtNs) / 1_000_000n) };
}
