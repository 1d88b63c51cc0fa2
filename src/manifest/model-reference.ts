// What an agent's `model` names: a model that is declared, or one written inline as `provider/model`.

import type { ProviderName } from "./manifest.ts";
import { nearest } from "./nearest.ts";
import { quoted } from "./describe-value.ts";
import { providers } from "./schema-endpoint.ts";

export type ModelReference =
  | { readonly type: "declared"; readonly name: string }
  /** `endpoint` is the name of a declared endpoint, or of the provider itself for its default address. */
  | { readonly type: "inline"; readonly endpoint: string; readonly provider: ProviderName; readonly model: string }
  | { readonly type: "unknown"; readonly message: string };

/** Endpoints and models that a reference can mean. An endpoint's provider is absent when its declaration is wrong. */
export interface Names {
  readonly endpoints: ReadonlyMap<string, ProviderName | undefined>;
  readonly models: ReadonlySet<string>;
}

/** Declared names go before inline ones; a model's declared name has no slash, so they can't be confused. */
export function resolveModel(text: string, names: Names): ModelReference {
  if (names.models.has(text)) return { type: "declared", name: text };
  const slash = text.indexOf("/");
  if (slash === -1) return { type: "unknown", message: unknownName(text, names) };
  const [prefix, model] = [text.slice(0, slash), text.slice(slash + 1)];
  const provider = names.endpoints.get(prefix) ?? asProvider(prefix);
  if (provider === undefined) return { type: "unknown", message: unknownPrefix(text, prefix, names) };
  if (model === "")
    return {
      type: "unknown",
      message: `Found ${quoted(text)} without a model after the slash, accepted such as ollama/qwen3:1.7b`,
    };
  return { type: "inline", endpoint: prefix, provider, model };
}

export function asProvider(text: unknown): ProviderName | undefined {
  return providers.find((provider) => provider === text);
}

function unknownName(text: string, names: Names): string {
  if (text.includes("${")) return `Found ${quoted(text)}; \${…} is not expanded in the name of a model`;
  const near = nearest(text, [...names.models]);
  const suggestion = near === undefined ? "" : `, did you mean "${near}"`;
  const declared =
    names.models.size === 0 ? "there are none under models" : `under models there are ${list(names.models)}`;
  return `Found ${quoted(text)}, which is no declared model${suggestion}; ${declared}, and provider/model such as ollama/qwen3:1.7b is accepted`;
}

function unknownPrefix(text: string, prefix: string, names: Names): string {
  const known = [...new Set([...providers, ...names.endpoints.keys()])];
  const near = nearest(prefix, known);
  const suggestion = near === undefined ? "" : `, did you mean "${near}"`;
  return `Found ${quoted(text)}, where ${quoted(prefix)} is no provider or endpoint${suggestion}; accepted are ${list(known)}`;
}

/** Names in a message, no more than a reader takes in. */
export function list(names: Iterable<string>): string {
  const all = [...names];
  const shown = all.slice(0, 12).join(", ");
  return all.length > 12 ? `${shown} and ${all.length - 12} more` : shown;
}
