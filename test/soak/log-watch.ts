// Reads the runtime's log as it comes, and keeps what a soak must not find in it.

const maxKept = 50;
/** In the names of drop-ins that are broken on purpose. */
const expectedError = "/broken-";
const maxTailChars = 20_000;

export class LogWatch {
  readonly #errors: string[] = [];
  #lines = 0;
  #rest = "";
  #tail = "";

  take(text: string): void {
    this.#tail = (this.#tail + text).slice(-maxTailChars);
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#look(line);
  }

  /** Lines of level `error` but those about drop-ins that were broken on purpose; the first of them. */
  errors(): readonly string[] {
    return this.#errors;
  }

  lines(): number {
    return this.#lines;
  }

  /** The end of what was logged. */
  tail(): string {
    return this.#tail;
  }

  #look(line: string): void {
    this.#lines++;
    if (line.includes('"level":"error"') && !line.includes(expectedError) && this.#errors.length < maxKept)
      this.#errors.push(line);
  }
}
