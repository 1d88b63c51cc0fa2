// One wildcard subscription for all small questions of this process: who waits for an answer gets a subject of its own below it.

import type { Msg } from "@nats-io/nats-core";
import { uniqueId } from "../unique-id.ts";
import type { BusConnection, BusSubscription } from "./connection.ts";

export interface ReplyPlace {
  readonly subject: string;
  close(): void;
}

export class ProbeInbox {
  readonly #connection: BusConnection;
  readonly #places = new Map<string, (message: Msg) => void>();
  #prefix = "";
  #subscription: BusSubscription | undefined;

  constructor(connection: BusConnection) {
    this.#connection = connection;
  }

  /** A reply subject that calls `onReply` for each message until closed. Who was told another one cannot guess it. */
  open(onReply: (message: Msg) => void): ReplyPlace {
    if (this.#subscription === undefined) {
      this.#prefix = this.#connection.newInbox();
      this.#subscription = this.#connection.subscribe(`${this.#prefix}.*`, (message) => {
        this.#places.get(message.subject)?.(message);
      });
    }
    const subject = `${this.#prefix}.${uniqueId()}`;
    this.#places.set(subject, onReply);
    return { subject, close: () => this.#places.delete(subject) };
  }

  close(): void {
    this.#places.clear();
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
  }
}

/** The server's word that nobody listens on the subject that was published to. */
export function isNoResponders(message: Msg): boolean {
  return message.data.length === 0 && message.headers?.code === 503;
}
