// The turn went as far as it may, and has no answer.

import type { TurnLimitName } from "./contract.ts";

export class LimitReached extends Error {
  override readonly name = "LimitReached";
  readonly limit: TurnLimitName;

  constructor(limit: TurnLimitName) {
    super(`The turn reached its limit of ${limit} without an answer`);
    this.limit = limit;
  }
}
