// The number by which the broker says for which subscription a message is: with filters that overlap, each sends one of its own.

import { createHash } from "node:crypto";

/** The same in each process: the broker keeps it with the messages that it holds for us. From 1 to 268,435,455. */
export function subscriptionId(filter: string): number {
  return (createHash("sha256").update(filter).digest().readUInt32BE(0) % 268_435_455) + 1;
}

/** As the packet has them: none, one or several. */
export function subscriptionIds(given: number | readonly number[] | undefined): readonly number[] {
  if (given === undefined) return [];
  return typeof given === "number" ? [given] : given;
}
