// What others could make us say again and again is said once for each subject, and for so many subjects only.

const limit = 100;

export class SaidOnce {
  readonly #said = new Set<string>();

  say(what: string, act: () => void): void {
    if (this.#said.has(what) || this.#said.size >= limit) return;
    this.#said.add(what);
    act();
  }

  /** All of it may be said again. */
  forget(): void {
    this.#said.clear();
  }
}
