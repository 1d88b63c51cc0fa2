// Numbers that only grow, by a few labels, and distributions: what a runtime counts between scrapes. Bounded: past `maxSeries`, further
// label values are counted together as "other".

import type { HistogramSample, Sample } from "./metric-text.ts";

type Labels = Readonly<Record<string, string>>;

export const maxSeries = 2_000;

/** The series of one family, by their labels. */
class Series<Value> {
  readonly #values = new Map<string, { readonly labels: Labels; readonly value: Value }>();
  readonly #fresh: () => Value;
  readonly #limit: number;

  constructor(fresh: () => Value, limit: number) {
    this.#fresh = fresh;
    this.#limit = limit;
  }

  at(labels: Labels): Value {
    const known = this.#values.get(JSON.stringify(labels));
    if (known !== undefined) return known.value;
    if (this.#values.size < this.#limit) return this.#add(labels);
    const other = Object.fromEntries(Object.keys(labels).map((label) => [label, "other"]));
    return this.#values.get(JSON.stringify(other))?.value ?? this.#add(other);
  }

  forget(label: string, text: string): void {
    for (const [key, { labels }] of this.#values) if (labels[label] === text) this.#values.delete(key);
  }

  all(): readonly { readonly labels: Labels; readonly value: Value }[] {
    return [...this.#values.values()];
  }

  #add(labels: Labels): Value {
    const value = this.#fresh();
    this.#values.set(JSON.stringify(labels), { labels, value });
    return value;
  }
}

export class Counter {
  readonly #series: Series<{ total: number }>;

  constructor(limit = maxSeries) {
    this.#series = new Series(() => ({ total: 0 }), limit);
  }

  /** Labels are given in the same order each time. `amount` 0 makes the series known. */
  add(labels: Labels, amount = 1): void {
    this.#series.at(labels).total += amount;
  }

  forget(label: string, text: string): void {
    this.#series.forget(label, text);
  }

  samples(): readonly Sample[] {
    return this.#series.all().map(({ labels, value }) => ({ labels, value: value.total }));
  }
}

export class Histogram {
  readonly #bounds: readonly number[];
  readonly #series: Series<{ counts: number[]; count: number; sum: number }>;

  /** `bounds` ascend. */
  constructor(bounds: readonly number[], limit = maxSeries) {
    this.#bounds = bounds;
    this.#series = new Series(() => ({ counts: bounds.map(() => 0), count: 0, sum: 0 }), limit);
  }

  observe(labels: Labels, value: number): void {
    const series = this.#series.at(labels);
    for (let index = 0; index < this.#bounds.length; index++) {
      if (value <= (this.#bounds[index] ?? 0)) series.counts[index] = (series.counts[index] ?? 0) + 1;
    }
    series.count += 1;
    series.sum += value;
  }

  forget(label: string, text: string): void {
    this.#series.forget(label, text);
  }

  samples(): readonly HistogramSample[] {
    return this.#series.all().map(({ labels, value: { counts, count, sum } }) => ({
      labels,
      buckets: this.#bounds.map((le, index) => ({ le, count: counts[index] ?? 0 })),
      count,
      sum,
    }));
  }
}
