// The way to one MCP server, whatever it is made of: messages both ways, and the reason when it is over.

import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";

/** Why a link is over that was closed from here. */
export const endedByUs = "It was ended";

export interface ServerLink {
  /** For the official client, which takes it over. */
  readonly transport: Transport;
  /** Resolves, once, with why nothing more will come: in words for an operator, without secrets. Never rejects. */
  readonly lost: Promise<string>;
  /** Breaks it. The first reason stands. */
  fail(reason: string): void;
  /** Takes leave and gives everything back, within about `graceMs`. Never rejects. */
  close(graceMs: number): Promise<void>;
}
