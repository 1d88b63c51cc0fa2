// What this executable cannot do on its machine, for the check of a manifest.

import { vectorsMissing } from "../knowledge/carries-vectors.ts";
import type { LoadOptions } from "../manifest/load.ts";
import { engineHere } from "../model/builtin/availability.ts";

/** Serve `provider: builtin`, and find documents by meaning: of each why not, and what to use instead; absent: it can. */
export function buildLacks(): Pick<LoadOptions, "engineMissing" | "vectorsMissing"> {
  const { available, reason } = engineHere();
  const noVectors = vectorsMissing();
  return {
    ...(available ? {} : { engineMissing: reason }),
    ...(noVectors === undefined ? {} : { vectorsMissing: noVectors }),
  };
}
