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
  let heardMs = performance.now();
  let silence: ReturnType<typeof setTimeout> | undefined;
  const overall = limits.timeoutMs === undefined ? undefined : setTimeout(limits.onTimeout, limits.timeoutMs);
  // A message only notes its time: a timer for each would cost more than the message.
  const look = (): void => {
    const leftMs = heardMs + inactivityMs - performance.now();
    if (leftMs > 0) silence = setTimeout(look, leftMs);
    else limits.onInactive();
  };
  const restart = (): void => {
    clearTimeout(silence);
    heardMs = performance.now();
    silence = pauses === 0 ? setTimeout(look, inactivityMs) : undefined;
  };
  restart();
  return {
    touch: () => void (heardMs = performance.now()),
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
