// What an agent holds: a model or a chain by name, resolved anew for each call.

import type { ModelConfig } from "../manifest/manifest.ts";
import { callChain } from "./chain.ts";
import type { ChatModel, ChatRequest, ModelEvent, ModelHealth } from "./contract.ts";
import { bestHealth, linkHealth } from "./health-of-links.ts";
import type { Looks } from "./looks.ts";
import type { Link } from "./model-call.ts";
import { callRetrying } from "./retrying-call.ts";

type Links = readonly [Link, ...Link[]];

export class LinkedModel implements ChatModel {
  readonly #resolve: () => Links;
  readonly #looks: Looks;
  readonly #listen: (listener: () => void) => () => void;

  /**
   * @param resolve the links as declared now
   * @param listen calls back after each change of any endpoint's health
   */
  constructor(resolve: () => Links, looks: Looks, listen: (listener: () => void) => () => void) {
    this.#resolve = resolve;
    this.#looks = looks;
    this.#listen = listen;
  }

  get config(): ModelConfig {
    return this.#resolve()[0].model;
  }

  chat(request: ChatRequest, signal: AbortSignal): AsyncIterable<ModelEvent> {
    const links = this.#resolve();
    return links.length === 1 ? callRetrying(links[0], request, signal) : callChain(links, request, signal);
  }

  /** Of a chain, what fits every link. */
  contextTokens(): number | undefined {
    const known = this.#resolve()
      .map((link) => this.#looks.last(link)?.contextTokens ?? link.model.context)
      .filter((tokens) => tokens !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  sees(): boolean | undefined {
    const answers = this.#resolve().map((link) => this.#looks.last(link)?.sees);
    if (answers.includes(true)) return true;
    return answers.includes(undefined) ? undefined : false;
  }

  async look(signal: AbortSignal): Promise<ModelHealth> {
    await Promise.all(this.#resolve().map((link) => this.#looks.look(link, signal)));
    return this.health();
  }

  health(): ModelHealth {
    return bestHealth(this.#resolve().map(linkHealth));
  }

  onHealthChange(listener: (health: ModelHealth) => void): () => void {
    let last = this.health().state;
    return this.#listen(() => {
      const health = this.health();
      if (health.state === last) return;
      last = health.state;
      listener(health);
    });
  }
}
