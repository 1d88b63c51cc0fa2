// The few numbers that a series of measurements is told by.

/** The middle of the sorted values; 0 for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Runs `measure` so many times, one after another, and gives the median. */
export async function medianOf(times: number, measure: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let at = 0; at < times; at++) values.push(await measure());
  return median(values);
}
