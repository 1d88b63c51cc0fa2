// Follows what the NATS library tells of a live connection, until that is no longer good.

import type { Status } from "@nats-io/nats-core";

/** None of them may throw. */
export interface ConnectionEvents {
  /** The cluster told of its servers. */
  onServers(): void;
  /** Anything but a want of permission. */
  onError(error: Error): void;
  /** The server refused a publish for want of permission. */
  onPublishRefused(subject: string, problem: string): void;
}

/** Resolves with the reason when the connection is no longer good. */
export async function followConnection(statuses: AsyncIterable<Status>, events: ConnectionEvents): Promise<string> {
  for await (const status of statuses) {
    if (status.type === "disconnect" || status.type === "close") return "The connection was lost";
    if (status.type === "staleConnection") return "The server no longer answers";
    if (status.type === "update") events.onServers();
    if (status.type === "error") tellError(status.error, events);
  }
  return "The connection was closed";
}

function tellError(
  error: Error & { readonly operation?: unknown; readonly subject?: unknown },
  events: ConnectionEvents,
): void {
  const { operation, subject } = error;
  if (operation === "publish" && typeof subject === "string") events.onPublishRefused(subject, error.message);
  else if (operation !== "subscription") events.onError(error); // A subscription is told of its own.
}
