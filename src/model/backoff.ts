// How long to leave an unreachable endpoint alone: doubling from 1 s to 60 s, with jitter so that machines don't knock together.

const firstMs = 1_000;
const longestMs = 60_000;

/**
 * @param failures failures in a row, from 1
 * @param random 0 to 1, as from `Math.random`
 * @returns ms, between three quarters of the step and the whole of it
 */
export function backoffMs(failures: number, random: number): number {
  const step = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 16));
  return Math.round(step * (0.75 + 0.25 * random));
}
