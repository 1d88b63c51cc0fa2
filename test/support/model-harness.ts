// A scripted model server with endpoints for each provider that reaches it, and what to end after a test.

import type { EndpointConfig, ModelConfig, ProviderName } from "../../src/manifest/manifest.ts";
import type { ChatModel } from "../../src/model/contract.ts";
import type { Models } from "../../src/model/models.ts";
import { createModels } from "../../src/model/models.ts";
import type { LogLine } from "./model-fixtures.ts";
import { endpointConfig, modelConfig, modelsConfig, providerPorts } from "./model-fixtures.ts";
import type { ScriptedModel } from "./scripted-model.ts";
import { startScriptedModel } from "./scripted-model.ts";

export const remoteProviders = ["ollama", "openai", "anthropic"] as const;

export interface Harness extends AsyncDisposable {
  readonly server: ScriptedModel;
  readonly models: Models;
  /** The model `m` of endpoint `e`. */
  readonly model: ChatModel;
  readonly log: readonly LogLine[];
}

export interface HarnessOptions {
  readonly provider?: ProviderName;
  readonly endpoint?: Partial<EndpointConfig>;
  readonly model?: Partial<ModelConfig>;
}

/** One endpoint `e` with one model `m`. Nothing runs on after it is disposed of. */
export function startHarness(options: HarnessOptions = {}): Harness {
  const server = startScriptedModel();
  const log: LogLine[] = [];
  const provider = options.provider ?? "ollama";
  const endpoint = endpointConfig({ provider, url: urlFor(server, provider), ...options.endpoint });
  const models = createModels(modelsConfig([endpoint], [modelConfig(options.model)]), providerPorts(log));
  const dispose = async () => {
    await models.close();
    await server.stop();
  };
  return { server, models, model: models.chat(["m"]), log, [Symbol.asyncDispose]: dispose };
}

export function urlFor(server: ScriptedModel, provider: ProviderName): string {
  return provider === "openai" ? `${server.url}/v1` : server.url;
}

/** Runs until `isTrue`, looked at again after each turn of the event loop; fails after 5 s. */
export async function until(isTrue: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error(`Did not come true within 5 s: ${isTrue.toString()}`);
    await Bun.sleep(1);
  }
}
