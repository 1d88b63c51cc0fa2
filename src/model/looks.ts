// Looks at models: one request however many agents share a model and ask at once, remembered for what needs no new look.

import { ModelError } from "./contract.ts";
import type { Link } from "./model-call.ts";
import type { ModelLook } from "./provider.ts";

/** A thousand agents starting one after the other ask once. */
const freshMs = 2_000;

interface Seen {
  readonly look: ModelLook;
  readonly atMs: number;
}

export class Looks {
  readonly #seen = new WeakMap<Link, Seen>();
  readonly #running = new WeakMap<Link, Promise<void>>();
  readonly #asked = new WeakSet<Link>();

  /** What the latest look at the link's model found. */
  last(link: Link): ModelLook | undefined {
    return this.#seen.get(link)?.look;
  }

  /** Looks now, unless that was done just now. The endpoint's health learns of it. Resolves at the latest when `signal` fires; never rejects. */
  async look(link: Link, signal: AbortSignal): Promise<void> {
    const seen = this.#seen.get(link);
    if (signal.aborted || (seen !== undefined && performance.now() - seen.atMs < freshMs)) return;
    const running = this.#running.get(link) ?? this.#start(link);
    const left = Promise.withResolvers<undefined>();
    const leave = () => {
      left.resolve(undefined);
    };
    signal.addEventListener("abort", leave, { once: true });
    await Promise.race([running, left.promise]);
    signal.removeEventListener("abort", leave);
  }

  /** Whether anybody ever wanted to know of the model. */
  wasAsked(link: Link): boolean {
    return this.#asked.has(link);
  }

  /** Looks now, however fresh the last look is, unless one is under way. */
  renew(link: Link): void {
    if (!this.#running.has(link)) void this.#start(link);
  }

  /** Whether the link's model fits into memory now. Who cannot tell changes nothing. Never rejects. */
  async lookAtMemory(link: Link): Promise<void> {
    const { endpoint, model } = link;
    const provider = endpoint.provider(model);
    const letGo = provider.hold();
    try {
      const loaded = await provider.get();
      link.fit.found(await loaded.shortage?.(AbortSignal.timeout(endpoint.health.lookTimeoutMs)));
    } catch (error) {
      if (error instanceof ModelError) endpoint.health.failed(error);
    } finally {
      letGo();
    }
  }

  #start(link: Link): Promise<void> {
    this.#asked.add(link);
    const running = this.#look(link).finally(() => this.#running.delete(link));
    this.#running.set(link, running);
    return running;
  }

  async #look(link: Link): Promise<void> {
    const { endpoint, model } = link;
    const provider = endpoint.provider(model);
    const letGo = provider.hold();
    try {
      const loaded = await provider.get();
      const timeout = AbortSignal.timeout(endpoint.health.lookTimeoutMs);
      const look = await loaded.look(timeout);
      this.#seen.set(link, { look, atMs: performance.now() });
      // First, so that nobody takes an endpoint that answers for a model that is there.
      link.presence.found(look.isPresent);
      if (loaded.shortage !== undefined) link.fit.found(look.isPresent ? await loaded.shortage(timeout) : undefined);
      endpoint.health.reached();
    } catch (error) {
      if (error instanceof ModelError) endpoint.health.failed(error);
      else await endpoint.health.look();
    } finally {
      letGo();
    }
  }
}
