// What this machine lacks of memory for a model that lives on it.

import type { EndpointConfig, ModelConfig } from "../../manifest/manifest.ts";
import type { MemoryShortage } from "../../model/memory-need.ts";
import { createModels } from "../../model/models.ts";
import type { Logger } from "../../telemetry/log.ts";

/** Undefined when it is loaded, fits, is not there, or nobody knows. Loads nothing. Never rejects. */
export async function modelShortage(
  model: ModelConfig,
  endpoint: EndpointConfig,
  ports: { readonly stateDirectory: string; readonly log: Logger },
  signal: AbortSignal,
): Promise<MemoryShortage | undefined> {
  const config = { endpoints: new Map([[endpoint.name, endpoint]]), models: new Map([[model.name, model]]) };
  const models = createModels(config, {
    log: ports.log,
    stateDir: ports.stateDirectory,
    engineFolder: () => Promise.reject(new Error("No engine is started to see what a model needs")),
  });
  try {
    return await models.shortage(model.name, signal);
  } catch {
    return undefined; // Not there, or not in reach: the check of the model says so.
  } finally {
    await models.close();
  }
}
