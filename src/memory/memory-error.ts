// A store that an agent cannot do without could not be reached.

export class MemoryError extends Error {
  override readonly name = "MemoryError";
  /** When another try makes sense. */
  readonly retryAfterS: number;

  constructor(message: string, options: ErrorOptions & { readonly retryAfterS: number }) {
    super(message, options);
    this.retryAfterS = options.retryAfterS;
  }
}
