// What an agent of the manifest is to know from documents, put together for the desk that keeps its index.

import { dirname } from "node:path";
import type { AgentKnowledge } from "../knowledge/agent-knowledge.ts";
import type { Embedder } from "../knowledge/contract.ts";
import type { KnowledgeDesk } from "../knowledge/knowledge-desk.ts";
import type { AgentDefinition } from "./agent-definition.ts";

/** `embedder`: by the model's name in the manifest. Undefined: the agent knows none. */
export function agentDocuments(
  definition: AgentDefinition,
  desk: KnowledgeDesk,
  embedder: (model: string) => Embedder,
): AgentKnowledge | undefined {
  const { config } = definition;
  if (config.knowledge === undefined) return undefined;
  return desk.attach(config.name, {
    config: config.knowledge,
    folder: dirname(config.source),
    embedder: embedder(config.knowledge.model),
    modelIdentity: modelIdentity(definition, config.knowledge.model),
  });
}

/** Other names for the same model at the same place make the same vectors. */
function modelIdentity({ models, endpoints }: AgentDefinition, name: string): string {
  const model = models.find((one) => one.name === name);
  const endpoint = endpoints.find((one) => one.name === model?.endpoint);
  return [endpoint?.provider, endpoint?.url, model?.model].filter((part) => part !== undefined).join(" ");
}
