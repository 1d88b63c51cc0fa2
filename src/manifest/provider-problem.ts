// Why a provider cannot be used on this machine, whatever is written about it.

import type { ProviderName } from "./manifest.ts";
import { providerRules } from "./provider-rules.ts";
import type { Surroundings } from "./surroundings.ts";

type Around = Pick<Surroundings, "variables" | "engineMissing">;

/** A provider whose engine this build lacks. */
export function engineProblem(provider: ProviderName, surroundings: Around): string | undefined {
  if (provider !== "builtin" || surroundings.engineMissing === undefined) return undefined;
  return `Found the provider builtin, which can't run here: ${surroundings.engineMissing}`;
}

/** A provider at its default address, whose key is nowhere. */
export function keyProblem(provider: ProviderName, surroundings: Around): string | undefined {
  const variable = providerRules[provider].keyVariable;
  if (variable === undefined || (surroundings.variables[variable] ?? "") !== "") return undefined;
  return `Found ${provider} at its default address without a key; set the environment variable ${variable}, or write an endpoint with api_key or url`;
}
