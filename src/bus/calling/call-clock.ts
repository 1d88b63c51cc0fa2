// The two clocks of a call: silence of the agent (§6.6) and the time for the whole.

export interface CallClock {
  /** A message arrived: silence starts again. */
  touch(): void;
  /** Silence does not count until every pause was resumed: the agent waits for us. */
  pause(): void;
  resume(): void;
  /** From now on silence may last `ms` at most. */
  shorten(ms: number): void;
  stop(): void;
}

export function startCallClock(limits: {
  readonly inactivityMs: number;
  readonly timeoutMs?: number;
  readonly onInactive: () => void;
  readonly onTimeout: () => void;
}): CallClock {
  let inactivityMs = limits.inactivityMs;
  let pauses = 0;
  let silence: Timer | undefined;
  const overall = limits.timeoutMs === undefined ? undefined : setTimeout(limits.onTimeout, limits.timeoutMs);
  const restart = (): void => {
    clearTimeout(silence);
    silence = pauses === 0 ? setTimeout(limits.onInactive, inactivityMs) : undefined;
  };
  restart();
  return {
    touch: () => void silence?.refresh(),
    pause: () => {
      pauses += 1;
      restart();
    },
    resume: () => {
      pauses -= 1;
      restart();
    },
    shorten: (ms) => {
      inactivityMs = Math.min(inactivityMs, ms);
      restart();
    },
    stop: () => {
      clearTimeout(silence);
      clearTimeout(overall);
      pauses = Number.POSITIVE_INFINITY;
    },
  };
}
