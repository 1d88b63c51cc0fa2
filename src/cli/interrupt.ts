// Ctrl-C and SIGTERM as a signal that work can listen to.

export interface Interrupt {
  readonly signal: AbortSignal;
  /** Gives the signals back to the process. */
  stop(): void;
}

/** The first Ctrl-C fires `signal`; a second one ends the process as if nobody listened. */
export function onInterrupt(): Interrupt {
  const controller = new AbortController();
  const stop = (): void => {
    process.off("SIGINT", abort);
    process.off("SIGTERM", abort);
  };
  const abort = (): void => {
    stop();
    controller.abort();
  };
  process.on("SIGINT", abort);
  process.on("SIGTERM", abort);
  return { signal: controller.signal, stop };
}
