// One holder at a time, in order of arrival; a waiter that is aborted leaves the queue.

export interface TurnQueue {
  /** Resolves when it is this caller's turn. Rejects with the signal's reason when that fires first. */
  enter(signal: AbortSignal): Promise<void>;
  /** Lets the next one in. */
  leave(): void;
  /** True when nobody holds it and nobody waits. */
  isIdle(): boolean;
}

export function turnQueue(): TurnQueue {
  let isHeld = false;
  const waiting = new Set<() => void>();
  return {
    enter: async (signal) => {
      signal.throwIfAborted();
      if (!isHeld) {
        isHeld = true;
        return;
      }
      await new Promise<void>((resolve, reject) => {
        const admit = () => {
          signal.removeEventListener("abort", giveUp);
          resolve();
        };
        const giveUp = () => {
          waiting.delete(admit);
          reject(abortReason(signal));
        };
        waiting.add(admit);
        signal.addEventListener("abort", giveUp, { once: true });
      });
    },
    leave: () => {
      const [next] = waiting;
      if (next === undefined) {
        isHeld = false;
        return;
      }
      waiting.delete(next);
      next();
    },
    isIdle: () => !isHeld,
  };
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error("Aborted", { cause: signal.reason });
}
