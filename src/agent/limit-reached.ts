// The turn went as far as it may, and has no answer.

import type { TurnLimitName } from "./contract.ts";

export class LimitReached extends Error {
  override readonly name = "LimitReached";
  readonly limit: TurnLimitName;

  constructor(limit: TurnLimitName) {
    super(messageOf(limit));
    this.limit = limit;
  }
}

function messageOf(limit: TurnLimitName): string {
  if (limit === "repeated_calls") return "The model made the same call again and again, and gave no answer";
  return `The turn reached its limit of ${limit} without an answer`;
}
