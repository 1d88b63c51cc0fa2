// One budget of one agent or model: what was spent of it in the present hour, day or month, and when it renews.

import type { BudgetConfig } from "../../manifest/manifest.ts";
import type { Logger } from "../../telemetry/log.ts";
import { type BudgetWindow, windowAt } from "./window.ts";

/** What was spent, kept over restarts. Never throws, and never rejects. */
export interface UsageStore {
  /** 0 when nothing is known. */
  spent(scope: string, unit: string, window: string): number;
  add(scope: string, unit: string, window: string, amount: number): void;
  /** Resolves when what was added before outlives a power cut, as far as the disk allows. */
  flush(): Promise<void>;
}

export interface BudgetStatus extends BudgetConfig {
  readonly spent: number;
  /** In ms since 1970. */
  readonly renewsAt: number;
}

/** Of a budget, what is told of before it is spent. */
const warnAt = 0.8;

export class Budget {
  readonly config: BudgetConfig;
  readonly #scope: string;
  readonly #store: UsageStore;
  readonly #log: Logger;
  readonly #now: () => number;
  #warned: string | undefined;
  #told: string | undefined;

  /** @param scope whose it is: `agent:<name>` or `model:<name>` */
  constructor(
    config: BudgetConfig,
    ports: { readonly scope: string; readonly store: UsageStore; readonly log: Logger; readonly now: () => number },
  ) {
    this.config = config;
    this.#scope = ports.scope;
    this.#store = ports.store;
    this.#log = ports.log;
    this.#now = ports.now;
  }

  get isSpent(): boolean {
    return this.#spent(this.#window()) >= this.config.limit;
  }

  status(): BudgetStatus {
    const window = this.#window();
    return { ...this.config, spent: this.#spent(window), renewsAt: window.endsAt };
  }

  /** Says once a window that most of it, and that all of it, is spent: both, where one amount took it past both. */
  spend(amount: number): void {
    if (amount <= 0) return;
    const window = this.#window();
    this.#store.add(this.#scope, this.#unit, window.key, amount);
    const spent = this.#spent(window);
    const { limit } = this.config;
    if (spent >= limit * warnAt && this.#warned !== window.key) {
      this.#warned = window.key;
      this.#log.warn("Budget nearly spent", this.#fields(spent, window));
    }
    if (spent >= limit && this.#told !== window.key) {
      this.#told = window.key;
      this.#log.warn(`Budget spent: ${this.#consequence} until it renews`, this.#fields(spent, window));
    }
  }

  get #consequence(): string {
    return this.#scope.startsWith("model:") ? "the model is passed over" : "prompts are refused";
  }

  #window(): BudgetWindow {
    return windowAt(this.config.per, this.#now());
  }

  #spent(window: BudgetWindow): number {
    return this.#store.spent(this.#scope, this.#unit, window.key);
  }

  /** Amounts of one unit are kept once, whatever the budgets: a changed limit knows what was spent. */
  get #unit(): string {
    const { unit, per, currency } = this.config;
    return [unit, ...(currency === undefined ? [] : [currency]), per].join("/");
  }

  #fields(spent: number, window: BudgetWindow): Record<string, unknown> {
    const { limit, unit, per, currency } = this.config;
    return { spent, limit, unit: currency ?? unit, per, renews_at: new Date(window.endsAt).toISOString() };
  }
}
