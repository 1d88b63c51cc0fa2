// The checks of what agents know from documents, each agent in a row of its own.

import { dirname } from "node:path";
import { vectorsMissing } from "../../knowledge/carries-vectors.ts";
import { findFiles } from "../../knowledge/files/find-files.ts";
import { vectorProblem } from "../../knowledge/vector-extension.ts";
import type { AgentConfig, Manifest } from "../../manifest/manifest.ts";
import { createModels } from "../../model/models.ts";
import { checkKnowledge } from "./check-knowledge.ts";
import type { Circumstances } from "./circumstances.ts";
import type { Stage } from "./examination.ts";
import { isOnThisMachine } from "./model-place.ts";

export function knowledgeStage(circumstances: Circumstances): Stage {
  const { manifest } = circumstances.manifest;
  if (manifest === undefined) return [];
  return [...manifest.agents.values()].flatMap((agent) => {
    const check = checkOf(agent, manifest, circumstances);
    return check === undefined ? [] : [[check]];
  });
}

function checkOf(agent: AgentConfig, manifest: Manifest, circumstances: Circumstances) {
  const { knowledge } = agent;
  if (knowledge === undefined) return undefined;
  const { stateDirectory, modelLimitMs } = circumstances;
  return checkKnowledge({
    agent: agent.name,
    model: knowledge.model,
    status: statusOf(agent.name, circumstances),
    limitMs: modelLimitMs,
    skip: skipReason(knowledge.model, manifest, circumstances),
    documents: async (signal) => {
      const wanted = { ...knowledge, folder: dirname(agent.source), closed: stateDirectory };
      const { files, notes } = await findFiles(wanted, signal);
      return { count: files.length, notes };
    },
    noVectors: vectorsMissing(),
    extensionProblem: () => vectorProblem(stateDirectory),
    dimensions: (signal) => dimensionsOf(knowledge.model, manifest, circumstances, signal),
  });
}

function statusOf(agent: string, { runtime }: Circumstances) {
  if (runtime.type !== "running") return undefined;
  return runtime.status.agents.find(({ name }) => name === agent)?.knowledge;
}

function skipReason(name: string, manifest: Manifest, { isOffline }: Circumstances): string | undefined {
  const model = manifest.models.get(name);
  const endpoint = model && manifest.endpoints.get(model.endpoint);
  if (!isOffline || endpoint === undefined || isOnThisMachine(endpoint, model)) return undefined;
  return `Model "${name}" is not on this machine: not asked with --offline`;
}

async function dimensionsOf(
  name: string,
  { models, endpoints }: Manifest,
  { log, stateDirectory }: Circumstances,
  signal: AbortSignal,
): Promise<number> {
  const running = createModels(
    { models, endpoints },
    { log, stateDir: stateDirectory, engineFolder: () => Promise.reject(new Error("No engine is needed for vectors")) },
  );
  try {
    const [vector] = await running.embedding(name).embed(["ready?"], signal);
    return vector?.length ?? 0;
  } finally {
    await running.close();
  }
}
