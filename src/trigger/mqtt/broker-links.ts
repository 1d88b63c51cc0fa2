// The connections to brokers that are in use, one each, shared by all triggers of the runtime.

import type { BrokerConfig } from "../../manifest/trigger.ts";
import type { Logger } from "../../telemetry/log.ts";
import { BrokerLink } from "./broker-link.ts";

export interface HeldLink {
  readonly link: BrokerLink;
  /** Owed once; the last one closes it. */
  release(): void;
}

export class BrokerLinks {
  readonly #isSame: (one: unknown, other: unknown) => boolean;
  readonly #log: Logger;
  readonly #links = new Map<BrokerLink, number>();
  readonly #closing = new Set<Promise<void>>();

  constructor(ports: { readonly isSame: (one: unknown, other: unknown) => boolean; readonly log: Logger }) {
    this.#isSame = ports.isSame;
    this.#log = ports.log;
  }

  hold(config: BrokerConfig): HeldLink {
    const known = [...this.#links.keys()].find((link) => this.#isSame(link.config, config));
    const link = known ?? new BrokerLink(config, this.#log);
    this.#links.set(link, (this.#links.get(link) ?? 0) + 1);
    link.open();
    let isHeld = true;
    return {
      link,
      release: () => {
        if (isHeld) this.#release(link);
        isHeld = false;
      },
    };
  }

  /** The newest of that name that is in use. */
  find(name: string): BrokerLink | undefined {
    return [...this.#links.keys()].findLast(({ config }) => config.name === name);
  }

  /** The process ends: brokers keep for us what comes from now on. */
  leave(): void {
    for (const link of this.#links.keys()) link.leave();
  }

  /** Never rejects. */
  async close(): Promise<void> {
    for (const link of [...this.#links.keys()]) this.#close(link);
    await Promise.all(this.#closing);
  }

  #release(link: BrokerLink): void {
    const left = (this.#links.get(link) ?? 0) - 1;
    if (left > 0) this.#links.set(link, left);
    else this.#close(link);
  }

  #close(link: BrokerLink): void {
    if (!this.#links.delete(link)) return;
    const closed = link.close().finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }
}
