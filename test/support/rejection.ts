// What a promise is rejected with, for a test that expects it.

/** The message of the rejection. Throws when the promise is fulfilled instead. */
export async function rejection(promise: Promise<unknown>): Promise<string> {
  const error = await rejectionError(promise);
  return error instanceof Error ? error.message : String(error);
}

/** The rejection itself. Throws when the promise is fulfilled instead. */
export async function rejectionError(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  if (outcome === undefined) throw new Error("Expected a rejection, but the promise was fulfilled");
  return outcome.error;
}
