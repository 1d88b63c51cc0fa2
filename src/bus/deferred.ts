// A promise that others settle, also where the engine has no `Promise.withResolvers` (Node 20).

export interface Deferred<Value> {
  readonly promise: Promise<Value>;
  resolve(value: Value): void;
  reject(error: unknown): void;
}

export function deferred<Value>(): Deferred<Value> {
  let resolve: (value: Value) => void = unset;
  let reject: (error: unknown) => void = unset;
  const promise = new Promise<Value>((resolveIt, rejectIt) => {
    resolve = resolveIt;
    reject = rejectIt;
  });
  return { promise, resolve: (value) => resolve(value), reject: (error) => reject(error) };
}

/** Never called: the executor of a promise runs at once. */
function unset(): void {
  throw new Error("The promise was not made");
}
