// Looks at models: one request however many agents share a model and ask at once, remembered for what needs no new look.

import type { Logger } from "../telemetry/log.ts";
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
  readonly #log: Logger;
  readonly #seen = new WeakMap<Link, Seen>();
  readonly #running = new WeakMap<Link, Promise<void>>();

  constructor(log: Logger) {
    this.#log = log;
  }

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

  #start(link: Link): Promise<void> {
    const running = this.#look(link).finally(() => this.#running.delete(link));
    this.#running.set(link, running);
    return running;
  }

  async #look(link: Link): Promise<void> {
    const { endpoint, model } = link;
    const provider = endpoint.provider(model);
    const letGo = provider.hold();
    try {
      const look = await (await provider.get()).look(AbortSignal.timeout(endpoint.health.lookTimeoutMs));
      if (!look.isPresent && model.pull === "never" && this.last(link)?.isPresent !== false) this.#sayMissing(link);
      this.#seen.set(link, { look, atMs: performance.now() });
      endpoint.health.reached();
    } catch (error) {
      if (error instanceof ModelError) endpoint.health.failed(error);
      else await endpoint.health.look();
    } finally {
      letGo();
    }
  }

  #sayMissing({ endpoint, model }: Link): void {
    const fields = { model: model.name, provider_model: model.model, endpoint: endpoint.config.name };
    this.#log.warn("The endpoint does not have the model: fetch it there, or set pull to if-missing", fields);
  }
}
