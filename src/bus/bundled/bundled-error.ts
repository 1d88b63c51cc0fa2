// Why the bundled server can't run, in the words that its user reads.

export class BundledServerError extends Error {
  override readonly name = "BundledServerError";
  readonly kind: "port-taken" | "not-carried" | "not-extracted" | "ended" | "not-ready" | "keys";

  constructor(kind: BundledServerError["kind"], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}
