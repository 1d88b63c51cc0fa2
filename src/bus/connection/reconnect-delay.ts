// How long to wait before the next attempt to connect: soon at first, then slower, never in step with other machines.

const firstMs = 100;
const slowestMs = 5_000;

/** Milliseconds before attempt `attempt` (1 is the first retry); `random` is in [0, 1). Between half and the whole of the backoff. */
export function reconnectDelayMs(attempt: number, random: number): number {
  const ceiling = Math.min(slowestMs, firstMs * 2 ** Math.min(attempt - 1, 16));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
