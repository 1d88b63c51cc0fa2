// Brings in the code of one provider, and nothing of the others, on first use.

import type { EndpointConfig, ModelConfig } from "../manifest/manifest.ts";
import type { Provider, ProviderFactory, ProviderPorts } from "./provider.ts";

export async function loadProvider(
  endpoint: EndpointConfig,
  model: ModelConfig,
  ports: ProviderPorts,
): Promise<Provider> {
  const create = await factoryOf(endpoint.provider);
  return create(endpoint, model, ports);
}

async function factoryOf(provider: EndpointConfig["provider"]): Promise<ProviderFactory> {
  switch (provider) {
    case "ollama":
      return (await import("./ollama/provider.ts")).createOllamaProvider;
    case "openai":
      return (await import("./openai/provider.ts")).createOpenAiProvider;
    case "anthropic":
      return (await import("./anthropic/provider.ts")).createAnthropicProvider;
    case "builtin":
      return (await import("./builtin/provider.ts")).createBuiltinProvider;
  }
}
