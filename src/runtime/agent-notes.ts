// What is wrong with an agent and keeps no prompt from being served, from whoever notices it: told as one text.

export class AgentNotes {
  readonly #notes = new Map<string, string>();
  readonly #tell: (note: string | undefined) => void;
  #told: string | undefined;

  /** `tell`: called when the text is another one; undefined: nothing is wrong. */
  constructor(tell: (note: string | undefined) => void) {
    this.#tell = tell;
  }

  /** In place of what `from` said before. */
  set(from: string, note: string | undefined): void {
    if (note === undefined) this.#notes.delete(from);
    else this.#notes.set(from, note);
    const text = this.#notes.size === 0 ? undefined : [...this.#notes.values()].join("; ");
    if (text === this.#told) return;
    this.#told = text;
    this.#tell(text);
  }
}
