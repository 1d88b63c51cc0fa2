// A message whose headers can be read without a throw, whoever wrote them.

import type { Msg } from "@nats-io/nats-core";
import type { NatsHeaders } from "./dialled.ts";

/**
 * `message`, with no header at all where one has a name that the library throws at (a space in it, say): such a
 * sender is answered like any other. Never throws.
 */
export function readableMessage(message: Msg, library: NatsHeaders | undefined): Msg {
  return hasReadableHeaders(message)
    ? message
    : Object.defineProperty(message, "headers", { value: library?.headers() });
}

function hasReadableHeaders(message: Msg): boolean {
  try {
    return Boolean(message.headers ?? true);
  } catch {
    return false;
  }
}
