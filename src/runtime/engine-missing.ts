// Whether this executable can serve `provider: builtin`, for the check of a manifest.

import { engineHere } from "../model/builtin/availability.ts";

/** Why it cannot, and what to use instead; undefined when it can. */
export function engineMissing(): string | undefined {
  const { available, reason } = engineHere();
  return available ? undefined : reason;
}
