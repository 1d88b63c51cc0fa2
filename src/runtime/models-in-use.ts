// The models and endpoints that must be there: those of the manifest, and those that an agent still uses which the manifest has no more.

import type { EndpointConfig, Manifest, ModelConfig } from "../manifest/manifest.ts";
import type { ModelsConfig } from "../model/models.ts";
import type { AgentDefinition } from "./agent-definition.ts";

/** A name that both know is the manifest's, unless that lacks a secret now which the agent's has. */
export function modelsInUse(
  manifest: Pick<Manifest, "endpoints" | "models">,
  definitions: readonly AgentDefinition[],
): ModelsConfig {
  const models = new Map<string, ModelConfig>();
  const endpoints = new Map<string, EndpointConfig>();
  for (const definition of definitions) {
    for (const model of definition.models) models.set(model.name, model);
    for (const endpoint of definition.endpoints) endpoints.set(endpoint.name, endpoint);
  }
  return {
    models: new Map([...models, ...manifest.models]),
    endpoints: new Map([
      ...endpoints,
      ...[...manifest.endpoints].filter(([name, { missing }]) => missing === undefined || !endpoints.has(name)),
    ]),
  };
}
