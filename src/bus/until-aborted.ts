// Waiting for work that was told to stop, but not for ever.

import { deferred } from "./deferred.ts";

/** The promise's value; undefined when it has none `graceMs` after `signal` fired: a later failure of it is ignored. */
export function untilAborted<Value>(
  promise: Promise<Value>,
  signal: AbortSignal,
  graceMs: number,
): Promise<Value | undefined> {
  const given = deferred<Value | undefined>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const onAbort = (): void => {
    timer = setTimeout(() => given.resolve(undefined), graceMs);
  };
  const stopWaiting = (): void => {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  promise.then(
    (value) => {
      stopWaiting();
      given.resolve(value);
    },
    (error: unknown) => {
      stopWaiting();
      given.reject(error);
    },
  );
  return given.promise;
}
