// Endpoints and models of the effective manifest: from the keys that were declared, and from `provider/model` written inline.

import { type Absence, type Missing, missingOf } from "./absence.ts";
import { endpointDefaults, modelDefaults, withDefault } from "./defaults.ts";
import type { BuiltinModel, EndpointConfig, ModelConfig, ProviderName } from "./manifest.ts";
import { engineProblem, keyProblem } from "./provider-problem.ts";
import { providerRules } from "./provider-rules.ts";
import { buildBudget, buildPrice } from "./build-budgets.ts";
import type { EndpointKeys, ModelKeys } from "./schema.ts";
import { Secret } from "./secret.ts";
import type { Surroundings } from "./surroundings.ts";

type Connection = Omit<EndpointKeys, "provider">;

export function buildEndpoint(
  name: string,
  provider: ProviderName,
  keys: Connection,
  surroundings: Surroundings,
  absences: readonly Absence[] = [],
): EndpointConfig {
  const rules = providerRules[provider];
  const url = keys.url ?? rules.defaultUrl;
  const apiKey = keys.api_key ?? keyOfDefaultAddress(provider, keys, surroundings);
  return {
    name,
    provider,
    ...(url === undefined ? {} : { url }),
    parallel: keys.parallel ?? rules.defaultParallel,
    ...(apiKey === undefined ? {} : { apiKey }),
    headers: keys.headers ?? {},
    ...(keys.proxy === undefined ? {} : { proxy: keys.proxy }),
    ...(keys.ca_file === undefined ? {} : { caFile: keys.ca_file }),
    connectTimeoutMs: withDefault(keys.connect_timeout, endpointDefaults().connect_timeout),
    retries: withDefault(keys.retries, endpointDefaults().retries),
    retryWithinMs: withDefault(keys.retry_within, endpointDefaults().retry_within),
    ...missingHere(provider, keys, surroundings, absences),
  };
}

function missingHere(
  provider: ProviderName,
  keys: Connection,
  surroundings: Surroundings,
  absences: readonly Absence[],
): Missing {
  const needsKey = keys.url === undefined && keys.api_key === undefined;
  const problems = [
    engineProblem(provider, surroundings),
    needsKey ? keyProblem(provider, surroundings) : undefined,
  ].filter((problem) => problem !== undefined);
  const missing = [...(missingOf(absences).missing ?? []), ...problems];
  return missing.length === 0 ? {} : { missing };
}

/** The environment's key goes to the provider's own address only, never to another URL. */
function keyOfDefaultAddress(provider: ProviderName, keys: Connection, surroundings: Surroundings): Secret | undefined {
  const variable = providerRules[provider].keyVariable;
  if (variable === undefined || keys.url !== undefined) return undefined;
  const value = surroundings.variables[variable];
  return value === undefined || value === "" ? undefined : new Secret(value);
}

/** `model` is the provider's name of it; for `builtin` it is made from the file. */
export function buildModel(name: string, endpoint: string, provider: ProviderName, keys: ModelKeys): ModelConfig {
  return {
    name,
    endpoint,
    model: keys.model ?? baseName(keys.file ?? keys.url ?? name),
    ...(keys.context === undefined ? {} : { context: keys.context }),
    ...(keys.max_output === undefined ? {} : { maxOutput: keys.max_output }),
    ...(keys.keep_alive === undefined ? {} : { keepAliveMs: keys.keep_alive }),
    ...(keys.ram === undefined ? {} : { ramBytes: keys.ram }),
    // A file that is named by its address is there to be fetched.
    pull:
      provider === "builtin" && keys.url !== undefined ? "if-missing" : withDefault(keys.pull, modelDefaults().pull),
    ...(keys.temperature === undefined ? {} : { temperature: keys.temperature }),
    ...(keys.seed === undefined ? {} : { seed: keys.seed }),
    stop: keys.stop ?? [],
    ...(keys.think === undefined ? {} : { think: keys.think }),
    ...(keys.schema === undefined ? {} : { schema: keys.schema }),
    ...(keys.price === undefined ? {} : { price: buildPrice(keys.price) }),
    budgets: (keys.budget ?? []).map(buildBudget),
    ...(keys.first_text === undefined ? {} : { firstTextMs: keys.first_text }),
    ...(provider === "builtin" ? { builtin: buildBuiltin(keys) } : {}),
  };
}

function buildBuiltin(keys: ModelKeys): BuiltinModel {
  return {
    ...(keys.file === undefined ? {} : { file: keys.file }),
    ...(keys.url === undefined ? {} : { url: keys.url }),
    ...(keys.sha256 === undefined ? {} : { sha256: keys.sha256.toLowerCase() }),
    ...(keys.threads === undefined ? {} : { threads: keys.threads }),
  };
}

function baseName(pathOrUrl: string): string {
  const path = pathOrUrl.split(/[?#]/, 1)[0] ?? pathOrUrl;
  return path.split(/[/\\]/).findLast((part) => part !== "") ?? pathOrUrl;
}
