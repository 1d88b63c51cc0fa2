// A provider that several calls use: loaded by the first, closed when it is retired and the last has ended.

import type { Provider } from "./provider.ts";

export class SharedProvider {
  readonly #load: () => Promise<Provider>;
  #loaded: Promise<Provider> | undefined;
  #users = 0;
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(load: () => Promise<Provider>) {
    this.#load = load;
  }

  /** Loads on first use. Rejects when the provider's code cannot be loaded; the next use tries again. */
  get(): Promise<Provider> {
    if (this.#loaded !== undefined) return this.#loaded;
    const loaded = this.#load();
    this.#loaded = loaded;
    loaded.catch(() => {
      this.#loaded = undefined;
    });
    return loaded;
  }

  /** Keeps the provider open until the function returned is called. */
  hold(): () => void {
    this.#users++;
    return () => {
      this.#users--;
      if (this.#users === 0) this.#idle?.resolve();
    };
  }

  /** Waits for those who hold it, then closes it. Rejects when closing fails. */
  async retire(): Promise<void> {
    this.#idle ??= Promise.withResolvers();
    if (this.#users === 0) this.#idle.resolve();
    await this.#idle.promise;
    await (await this.#loaded)?.close();
  }
}
