// What goes wrong between Muster and NATS, in words that a user can act on.

/** `message` says what happened, to which server, and what to do. */
export class BusError extends Error {
  override readonly name = "BusError";
}
