// Where a model's work is done: `--offline` asks nothing beyond this machine.

import type { EndpointConfig, ModelConfig } from "../../manifest/manifest.ts";
import { isLoopbackUrl } from "./loopback.ts";

/**
 * Whether nothing leaves the machine when that endpoint is asked (for that model). A proxy leads elsewhere, and an Ollama passes on what it
 * is asked of models that end in `cloud`.
 */
export function isOnThisMachine(endpoint: EndpointConfig, model?: Pick<ModelConfig, "model">): boolean {
  if (endpoint.provider === "builtin") return true;
  if (endpoint.provider === "ollama" && /[:-]cloud$/.test(model?.model ?? "")) return false;
  return endpoint.url !== undefined && endpoint.proxy === undefined && isLoopbackUrl(endpoint.url);
}
