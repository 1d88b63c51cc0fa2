// How long to wait before trying again: doubling, bounded, with jitter so that many don't try at once.

export interface Backoff {
  /** The next wait in ms. */
  next(): number;
  /** Call when things have gone well for a while. */
  reset(): void;
}

/** Waits between half and all of `firstMs`, then twice that, up to `mostMs`. */
export function backoff(firstMs: number, mostMs: number, random: () => number = Math.random): Backoff {
  let attempt = 0;
  return {
    next: () => {
      const full = Math.min(firstMs * 2 ** attempt, mostMs);
      if (full < mostMs) attempt += 1;
      return Math.round(full / 2 + random() * (full / 2));
    },
    reset: () => {
      attempt = 0;
    },
  };
}
