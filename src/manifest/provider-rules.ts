// What each provider takes and where it is found by default.

import type { ProviderName } from "./manifest.ts";

interface ProviderRules {
  readonly defaultUrl?: string;
  readonly defaultParallel: number;
  /** Environment variable that holds the key for the default address. */
  readonly keyVariable?: string;
  /** Keys of a model or its endpoint that this provider has no use for. */
  readonly refused: readonly string[];
}

const builtinOnly = ["file", "sha256", "threads"];
const localOnly = ["keep_alive", "pull", "ram"];

export const providerRules: Readonly<Record<ProviderName, ProviderRules>> = {
  ollama: { defaultUrl: "http://127.0.0.1:11434", defaultParallel: 1, refused: builtinOnly },
  openai: {
    defaultUrl: "https://api.openai.com/v1",
    defaultParallel: 8,
    keyVariable: "OPENAI_API_KEY",
    refused: [...builtinOnly, ...localOnly],
  },
  anthropic: {
    defaultUrl: "https://api.anthropic.com",
    defaultParallel: 8,
    keyVariable: "ANTHROPIC_API_KEY",
    refused: [...builtinOnly, ...localOnly, "seed"],
  },
  builtin: { defaultParallel: 1, refused: ["model", "api_key", "pull"] },
};

/** Keys that belong to an endpoint: a model has them only when it has an endpoint of its own. */
export const endpointKeys = [
  "url",
  "api_key",
  "headers",
  "proxy",
  "ca_file",
  "connect_timeout",
  "parallel",
  "retries",
  "retry_within",
];
