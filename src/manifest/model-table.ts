// Endpoints and models of the effective manifest: those that are declared, and those that references bring into being.

import type { Absence } from "./absence.ts";
import { buildEndpoint, buildModel } from "./build-endpoints.ts";
import type { EndpointConfig, ModelConfig } from "./manifest.ts";
import { asProvider, resolveModel } from "./model-reference.ts";
import type { EndpointKeys, ModelKeys } from "./schema.ts";
import type { Surroundings } from "./surroundings.ts";

export class ModelTable {
  readonly endpoints = new Map<string, EndpointConfig>();
  readonly models = new Map<string, ModelConfig>();
  readonly #surroundings: Surroundings;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  addEndpoint(name: string, keys: EndpointKeys, absences: readonly Absence[]): void {
    this.endpoints.set(name, buildEndpoint(name, keys.provider, keys, this.#surroundings, absences));
  }

  addModel(name: string, keys: ModelKeys, absences: readonly Absence[]): void {
    const endpoint =
      keys.provider === undefined
        ? this.#endpoint(keys.endpoint ?? "")
        : this.#ownEndpoint(name, keys.provider, keys, absences);
    this.models.set(name, buildModel(name, endpoint.name, endpoint.provider, keys));
  }

  /** The key under which the model that a checked reference means stands. */
  use(reference: string, folder: string): string {
    if (this.models.has(reference)) return reference;
    const names = {
      endpoints: new Map([...this.endpoints.values()].map(({ name, provider }) => [name, provider])),
      models: new Set(this.models.keys()),
    };
    const resolved = resolveModel(reference, names);
    if (resolved.type === "unknown") throw new Error(resolved.message);
    if (resolved.type === "declared") return resolved.name;
    const endpoint = this.#endpoint(resolved.endpoint);
    if (endpoint.provider !== "builtin") {
      this.models.set(reference, buildModel(reference, endpoint.name, endpoint.provider, { model: resolved.model }));
      return reference;
    }
    const file = this.#surroundings.absolute(resolved.model, folder);
    const name = `${resolved.endpoint}/${file}`;
    this.models.set(name, buildModel(name, endpoint.name, "builtin", { file }));
    return name;
  }

  #endpoint(name: string): EndpointConfig {
    const known = this.endpoints.get(name);
    if (known !== undefined) return known;
    const provider = asProvider(name);
    if (provider === undefined) throw new Error(`No endpoint "${name}"`);
    const endpoint = buildEndpoint(name, provider, {}, this.#surroundings);
    this.endpoints.set(name, endpoint);
    return endpoint;
  }

  #ownEndpoint(
    model: string,
    provider: EndpointKeys["provider"],
    keys: ModelKeys,
    absences: readonly Absence[],
  ): EndpointConfig {
    const isTaken = this.endpoints.has(model) || asProvider(model) !== undefined;
    const name = isTaken ? `models.${model}` : model;
    const { url, ...rest } = keys;
    // With `builtin` the URL is the model's own, not an address.
    const isAddress = provider !== "builtin" && url !== undefined;
    const address = { ...rest, ...(isAddress ? { url } : {}) };
    const endpoint = buildEndpoint(name, provider, address, this.#surroundings, absences);
    this.endpoints.set(name, endpoint);
    return endpoint;
  }
}
