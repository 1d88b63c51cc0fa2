// All that makes an agent what it is: its own configuration and that of the models and endpoints which it names. Two equal definitions
// are the same agent, whatever else changed in the manifest.

import type { AgentConfig, EndpointConfig, Identity, Manifest, ModelConfig } from "../manifest/manifest.ts";
import { isSameValue } from "./same-value.ts";

export interface AgentDefinition {
  readonly identity: Identity;
  readonly config: AgentConfig;
  /** In the order of the chain; then the embedding model, where it has one. */
  readonly models: readonly ModelConfig[];
  readonly endpoints: readonly EndpointConfig[];
  /** Of `nats`: where a sender's account stands in its subjects. */
  readonly accountTokenPosition?: number;
}

/** By name. The manifest was checked: names that it does not hold are a bug, and throw. */
export function agentDefinitions(manifest: Manifest): ReadonlyMap<string, AgentDefinition> {
  const { accountTokenPosition } = manifest.nats;
  const position = accountTokenPosition === undefined ? {} : { accountTokenPosition };
  const definitions = [...manifest.agents.values()].map((config): [string, AgentDefinition] => {
    const embedding = config.knowledge === undefined ? [] : [config.knowledge.model];
    const models = [...config.models, ...embedding].map((name) => known(manifest.models, name));
    const endpoints = models.map((model) => known(manifest.endpoints, model.endpoint));
    return [config.name, { identity: manifest.identity, config, models, endpoints, ...position }];
  });
  return new Map(definitions);
}

/** Something that it names is not on this machine now: it, a model of it, or a broker of its triggers cannot be used. */
export function isIncomplete({ config, endpoints }: AgentDefinition): boolean {
  const brokers = config.triggers.flatMap(({ source, deliver }) => [
    ...(source.type === "mqtt" ? [source.broker] : []),
    ...(deliver?.type === "mqtt" ? [deliver.broker] : []),
  ]);
  return [config, ...endpoints, ...brokers].some(({ missing }) => missing !== undefined);
}

export function isSameAgent(one: AgentDefinition, other: AgentDefinition): boolean {
  return isSameValue(one, other);
}

function known<Value>(values: ReadonlyMap<string, Value>, name: string): Value {
  const value = values.get(name);
  if (value === undefined) throw new RangeError(`Manifest holds no "${name}"`);
  return value;
}
