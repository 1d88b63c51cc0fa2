// Rules between the keys of a model, and between a model and its endpoint.

import { checkBudgets } from "./check-budgets.ts";
import type { Declared } from "./declared.ts";
import { quoted } from "./describe-value.ts";
import type { FileScope } from "./file-scope.ts";
import type { ProviderName } from "./manifest.ts";
import { asProvider, list } from "./model-reference.ts";
import { nearest } from "./nearest.ts";
import { asRaw, section, type ParsedFile, type Raw } from "./parsed-file.ts";
import { engineProblem, keyProblem } from "./provider-problem.ts";
import { endpointKeys, providerRules } from "./provider-rules.ts";
import { providers } from "./schema-endpoint.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Path } from "./yaml-tree.ts";

export function checkModels(file: ParsedFile, declared: Declared, surroundings: Surroundings): void {
  const { scope } = file;
  if (scope === undefined) return;
  for (const [name, value] of Object.entries(section(file.raw, "endpoints"))) {
    checkEndpoint(asRaw(value), ["endpoints", name], scope, surroundings);
  }
  for (const [name, value] of Object.entries(section(file.raw, "models"))) {
    if (isMap(value)) checkModel(value, ["models", name], scope, declared, surroundings);
  }
}

function checkEndpoint(endpoint: Raw, path: Path, scope: FileScope, surroundings: Surroundings): void {
  const provider = asProvider(endpoint["provider"]);
  if (provider === undefined) return;
  if (provider === "builtin" && "url" in endpoint) {
    scope.keyProblem(
      [...path, "url"],
      "Found url with the provider builtin, which runs inside this executable; its models have file or url",
    );
  }
  refuse(provider === "builtin" ? ["api_key"] : [], provider, endpoint, path, scope);
  checkEngine(provider, [...path, "provider"], scope, surroundings);
  checkKey(provider, endpoint, path, scope, surroundings);
}

function checkModel(model: Raw, path: Path, scope: FileScope, declared: Declared, surroundings: Surroundings): void {
  checkBudgets(model, path, scope, true);
  const provider = providerOf(model, path, scope, declared);
  if (provider === undefined) return;
  const ofEndpoint = "endpoint" in model ? endpointKeys : [];
  const refused = providerRules[provider].refused.filter((key) => !ofEndpoint.includes(key));
  refuse(refused, provider, model, path, scope);
  if (provider === "builtin") checkBuiltin(model, path, scope);
  else if (!("model" in model))
    scope.keyProblem(path, "The key model is missing, accepted the model's name at its provider");
  if (!("provider" in model)) return;
  checkEngine(provider, [...path, "provider"], scope, surroundings);
  checkKey(provider, model, path, scope, surroundings);
}

function providerOf(model: Raw, path: Path, scope: FileScope, declared: Declared): ProviderName | undefined {
  const { endpoint } = model;
  if ("provider" in model) {
    if ("endpoint" in model)
      scope.keyProblem([...path, "provider"], "Found provider beside endpoint, accepted one of them");
    return asProvider(model["provider"]);
  }
  if (endpoint === undefined) {
    scope.keyProblem(
      path,
      `Found neither endpoint nor provider, accepted one of them (provider: ${providers.join(", ")})`,
    );
    return undefined;
  }
  const isBuiltin = typeof endpoint === "string" && (declared.endpoints.get(endpoint) ?? endpoint) === "builtin";
  for (const key of endpointKeys) {
    if (!(key in model) || (key === "url" && isBuiltin)) continue;
    scope.keyProblem(
      [...path, key],
      `Found ${key} beside endpoint; it belongs to the endpoint, or to a model with provider in place of endpoint`,
    );
  }
  if (typeof endpoint !== "string") return undefined;
  if (declared.endpoints.has(endpoint)) return declared.endpoints.get(endpoint);
  const provider = asProvider(endpoint);
  if (provider === undefined && !declared.isIncomplete) {
    const known = [...new Set([...declared.endpoints.keys(), ...providers])];
    const near = nearest(endpoint, known);
    const suggestion = near === undefined ? "" : `, did you mean "${near}"`;
    scope.problem(
      [...path, "endpoint"],
      `Found ${quoted(endpoint)}, which is no endpoint${suggestion}; accepted are ${list(known)}`,
    );
  }
  return provider;
}

function checkBuiltin(model: Raw, path: Path, scope: FileScope): void {
  if ("file" in model && "url" in model) {
    scope.keyProblem([...path, "url"], "Found url beside file, accepted one of them");
  } else if (!("file" in model) && !("url" in model)) {
    scope.keyProblem(path, "Found neither file nor url, accepted file (a GGUF file), or url and sha256");
  }
  if ("url" in model && !("sha256" in model)) {
    scope.keyProblem([...path, "url"], "Found url without sha256; a file that is fetched needs its SHA-256 beside it");
  }
  if ("sha256" in model && !("url" in model)) {
    scope.keyProblem([...path, "sha256"], "Found sha256 without url; only a file that is fetched is verified");
  }
}

function refuse(keys: readonly string[], provider: ProviderName, values: Raw, path: Path, scope: FileScope): void {
  for (const key of keys) {
    if (key in values)
      scope.keyProblem(
        [...path, key],
        `Found ${key} with the provider ${provider}, which has no use for it; remove it`,
      );
  }
}

function checkEngine(provider: ProviderName, path: Path, scope: FileScope, surroundings: Surroundings): void {
  const message = surroundings.wasGood === true ? undefined : engineProblem(provider, surroundings);
  if (message !== undefined) scope.problem(path, message);
}

function checkKey(
  provider: ProviderName,
  endpoint: Raw,
  path: Path,
  scope: FileScope,
  surroundings: Surroundings,
): void {
  if ("url" in endpoint || "api_key" in endpoint || surroundings.wasGood === true) return;
  const message = keyProblem(provider, surroundings);
  if (message !== undefined) scope.keyProblem(path, message);
}

function isMap(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
