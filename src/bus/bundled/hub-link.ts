// The state of the bundled server's link to its hub, followed through the server's log. That the hub has taken a connection is in no line of
// it: the server is asked how many leaves it has.

import type { Logger } from "../../telemetry/log.ts";
import type { HubEvent } from "./hub-log.ts";
import { hubReason } from "./hub-log.ts";

export interface HubStatus {
  readonly url: string;
  /** `connecting`: never linked since the server started. */
  readonly state: "connecting" | "connected" | "disconnected";
  /** ISO 8601. */
  readonly since: string;
  /** Why there is no link. */
  readonly reason?: string;
}

/** Resolves to whether the bundled server has a leaf connection; undefined: it can't be asked now. Never rejects. */
export type AskForLink = () => Promise<boolean | undefined>;

const askMs = 200;
/** Different warnings between two links. */
const maxTold = 20;

export class HubLink {
  #url: string;
  #address: string;
  readonly #log: Logger;
  #status: HubStatus;
  #ask: AskForLink | undefined;
  #isOpen = false;
  /** Where the open connection leads: after a change of the hub, the old one is still to end. */
  #openedTo: string;
  #hadProblem = false;
  /** What was logged since the last link: a hub with two addresses fails in two ways, in turn. */
  readonly #told = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: { readonly url: string; readonly address: string; readonly log: Logger }) {
    this.#url = options.url;
    this.#address = options.address;
    this.#openedTo = options.address;
    this.#log = options.log;
    this.#status = { url: this.#url, state: "connecting", since: new Date().toISOString() };
  }

  status(): HubStatus {
    return this.#status;
  }

  isConnected(): boolean {
    return this.#status.state === "connected";
  }

  /** The hub is to be found there from now on. */
  retarget(hub: { readonly url: string; readonly address: string }): void {
    this.#url = hub.url;
    this.#address = hub.address;
    this.#status = { ...this.#status, url: hub.url };
  }

  /** Gives the way to ask; before, an open connection counts as connecting. */
  askWith(ask: AskForLink): void {
    this.#ask = ask;
  }

  take(event: HubEvent): void {
    switch (event.type) {
      case "opened":
        this.#isOpen = true;
        this.#openedTo = this.#address;
        this.#hadProblem = false;
        this.#askSoon();
        return;
      case "problem":
        this.#hadProblem = true;
        if (this.isConnected()) this.#tell(`The link to the hub has a problem: ${event.text}`);
        else this.unlink(hubReason(event.text, this.#address));
        return;
      case "failed":
        this.unlink(hubReason(event.text, this.#address));
        return;
      case "closed":
        this.#close(event.text);
        return;
    }
  }

  /** There is no link, and this is why. */
  unlink(reason: string): void {
    const { state, reason: before } = this.#status;
    if (state !== "connected" && before === reason) return;
    this.#tell(reason);
    const next = state === "connected" ? "disconnected" : state;
    this.#set(next, next === state ? this.#status.since : undefined, reason);
  }

  /** The bundled server is gone, and every link with it. */
  serverEnded(): void {
    this.#isOpen = false;
    clearTimeout(this.#timer);
    if (this.isConnected()) this.#set("disconnected", undefined, "The bundled NATS server is being started again");
  }

  close(): void {
    this.#isOpen = false;
    clearTimeout(this.#timer);
  }

  /** What was wrong with a refused connection says more than that it was closed. */
  #close(text: string): void {
    this.#isOpen = false;
    clearTimeout(this.#timer);
    if (this.isConnected() || !this.#hadProblem) this.unlink(hubReason(text, this.#openedTo));
  }

  #askSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#askNow(), askMs);
  }

  async #askNow(): Promise<void> {
    const isLinked = await this.#ask?.();
    if (!this.#isOpen || this.isConnected()) return;
    if (isLinked !== true) {
      this.#askSoon();
      return;
    }
    this.#told.clear();
    this.#log.info("Linked to the hub", { hub: this.#address });
    this.#set("connected", undefined, undefined);
  }

  #tell(text: string): void {
    if (this.#told.has(text) || this.#told.size >= maxTold) return;
    this.#told.add(text);
    this.#log.warn(text);
  }

  #set(state: HubStatus["state"], since: string | undefined, reason: string | undefined): void {
    this.#status = {
      url: this.#url,
      state,
      since: since ?? new Date().toISOString(),
      ...(reason === undefined ? {} : { reason }),
    };
  }
}
