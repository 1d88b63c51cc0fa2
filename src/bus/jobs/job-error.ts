// Why a job could not be kept, found or changed: stable kinds, for programs, and a text that says what to do, for people.

export type JobErrorKind =
  /** The NATS server, or this account on it, has no JetStream. */
  | "no-jetstream"
  /** Nobody keeps jobs for this agent. */
  | "no-store"
  /** No room: nothing was kept. */
  | "full"
  /** The id stands for another job. */
  | "conflict"
  | "not-found"
  /** Not in a state in which that can be done. */
  | "wrong-state"
  | "too-large"
  | "invalid"
  | "not-permitted"
  /** The agent serves who signs, and this job cannot be signed: nothing was kept. */
  | "signature-required"
  /** No word from the server: kept or not, nobody knows; the same id may be sent again. */
  | "timeout"
  | "bus-lost"
  | "cancelled"
  /** JetStream refused for another reason. */
  | "refused";

export class JobError extends Error {
  override readonly name = "JobError";
  readonly kind: JobErrorKind;
  /** JetStream's own error number, where it gave one. */
  readonly jetStreamCode?: number;

  constructor(kind: JobErrorKind, message: string, options: ErrorOptions & { readonly jetStreamCode?: number } = {}) {
    super(message, options);
    this.kind = kind;
    if (options.jetStreamCode !== undefined) this.jetStreamCode = options.jetStreamCode;
  }
}
