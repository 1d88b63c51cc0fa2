// The budgets of one agent or one model: spent together, and any one of them that is spent refuses.

import type { BudgetConfig } from "../../manifest/manifest.ts";
import type { Logger } from "../../telemetry/log.ts";
import { Budget, type BudgetStatus, type UsageStore } from "./budget.ts";
import type { Cost } from "./cost.ts";

export interface SpentBudget {
  /** Which, and when it renews; may be shown to anybody. */
  readonly reason: string;
  readonly retryAfterS: number;
}

export interface BudgetPorts {
  readonly store: UsageStore;
  readonly log: Logger;
  /** In ms since 1970. */
  readonly now: () => number;
}

/** A clock that is set may bring the renewal nearer. */
const longestWaitMs = 60_000;

export class BudgetScope {
  readonly #budgets: readonly Budget[];
  readonly #now: () => number;
  readonly #listeners = new Set<() => void>();
  #wasSpent = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param scope whose they are: `agent:<name>` or `model:<name>` */
  constructor(scope: string, configs: readonly BudgetConfig[], ports: BudgetPorts) {
    this.#budgets = configs.map((config) => new Budget(config, { ...ports, scope }));
    this.#now = ports.now;
    this.#look();
  }

  get isUnlimited(): boolean {
    return this.#budgets.length === 0;
  }

  /** The spent one that renews last; undefined while there is something left of each. */
  spent(): SpentBudget | undefined {
    return this.#last(this.#budgets);
  }

  /** The same for a model call: turns were taken when the turn began. */
  spentOnCalls(): SpentBudget | undefined {
    return this.#last(this.#budgets.filter(({ config }) => config.unit !== "turns"));
  }

  #last(budgets: readonly Budget[]): SpentBudget | undefined {
    const spent = budgets.filter((budget) => budget.isSpent).map((budget) => budget.status());
    const [last] = spent.toSorted((one, other) => other.renewsAt - one.renewsAt);
    if (last === undefined) return undefined;
    const retryAfterS = Math.max(1, Math.ceil((last.renewsAt - this.#now()) / 1000));
    return { reason: `its ${budgetText(last)} is spent; it renews at ${localTime(last.renewsAt)}`, retryAfterS };
  }

  statuses(): readonly BudgetStatus[] {
    return this.#budgets.map((budget) => budget.status());
  }

  /** One turn began. */
  turn(): void {
    this.#spend("turns", 1);
  }

  /** One model call ended. A cost that is not known is not counted: the manifest's check asks for prices where costs are limited. */
  call(tokens: number, cost: Cost | undefined): void {
    this.#spend("tokens", tokens);
    if (cost !== undefined) this.#spend("cost", cost.amount, cost.currency);
  }

  /** Calls back when `spent` became another. Returns what ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.#look();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) clearTimeout(this.#timer);
    };
  }

  /** Tells nobody any more. */
  close(): void {
    this.#listeners.clear();
    clearTimeout(this.#timer);
  }

  #spend(unit: BudgetConfig["unit"], amount: number, currency?: string): void {
    for (const budget of this.#budgets) {
      if (budget.config.unit === unit && budget.config.currency === currency) budget.spend(amount);
    }
    this.#look();
  }

  readonly #look = (): void => {
    clearTimeout(this.#timer);
    const spent = this.spent();
    if (spent !== undefined && this.#listeners.size > 0) {
      this.#timer = setTimeout(this.#look, Math.min(spent.retryAfterS * 1000, longestWaitMs));
      this.#timer.unref();
    }
    if ((spent !== undefined) === this.#wasSpent) return;
    this.#wasSpent = spent !== undefined;
    for (const listener of [...this.#listeners]) listener();
  };
}

function budgetText({ limit, unit, currency, per }: BudgetConfig): string {
  return unit === "cost" ? `budget of ${limit} ${currency ?? ""} per ${per}` : `budget of ${limit} ${unit} per ${per}`;
}

/** With its offset, so that it reads right elsewhere, too. */
function localTime(ms: number): string {
  const offsetMin = -new Date(ms).getTimezoneOffset();
  const local = new Date(ms + offsetMin * 60_000).toISOString().slice(0, 16).replace("T", " ");
  if (offsetMin === 0) return `${local} UTC`;
  const [hours, minutes] = [Math.floor(Math.abs(offsetMin) / 60), Math.abs(offsetMin) % 60];
  return `${local} UTC${offsetMin < 0 ? "-" : "+"}${hours}${minutes === 0 ? "" : `:${String(minutes).padStart(2, "0")}`}`;
}
