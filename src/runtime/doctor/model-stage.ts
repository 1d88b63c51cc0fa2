// The checks of the models: those of one endpoint one after the other, and all that live on this machine in one row.

import type { EndpointConfig, Manifest, ModelConfig } from "../../manifest/manifest.ts";
import { createModels } from "../../model/models.ts";
import { ControlError, askRuntime } from "../control-client.ts";
import { engineFolder } from "../engine-folder.ts";
import { isProbeReport, probeForAsker, type ProbeReport } from "../probe-for-asker.ts";
import type { Check } from "./check.ts";
import { checkModel, type ModelFacts } from "./check-model.ts";
import type { Circumstances } from "./circumstances.ts";
import type { Stage } from "./examination.ts";
import { isOnThisMachine } from "./model-place.ts";

export function modelStage(circumstances: Circumstances): Stage {
  const { manifest } = circumstances.manifest;
  const placed = manifest === undefined ? modelsOfRuntime(circumstances) : modelsOfManifest(manifest, circumstances);
  const rows = new Map<string, Check[]>();
  for (const { row, facts } of placed) rows.set(row, [...(rows.get(row) ?? []), checkModel(facts)]);
  return [...rows.values()];
}

interface PlacedModel {
  readonly row: string;
  readonly facts: ModelFacts;
}

function modelsOfManifest(manifest: Manifest, circumstances: Circumstances): readonly PlacedModel[] {
  return [...manifest.models.values()].flatMap((model) => {
    if (isForVectorsOnly(model.name, manifest)) return [];
    const endpoint = manifest.endpoints.get(model.endpoint);
    if (endpoint === undefined) return [];
    const row = isOnThisMachine(endpoint) ? "here" : `at ${endpoint.name}`;
    return [{ row, facts: modelFacts(model, endpoint, manifest, circumstances) }];
  });
}

/** It may be unable to answer: the check of the agent's knowledge asks it for what it can. */
function isForVectorsOnly(model: string, { agents }: Manifest): boolean {
  const all = [...agents.values()];
  return all.some(({ knowledge }) => knowledge?.model === model) && !all.some(({ models }) => models.includes(model));
}

function modelFacts(
  model: ModelConfig,
  endpoint: EndpointConfig,
  { agents }: Manifest,
  circumstances: Circumstances,
): ModelFacts {
  const isRunning = circumstances.runtime.type === "running";
  return {
    name: model.name,
    model: model.model,
    provider: endpoint.provider,
    ...(endpoint.url === undefined ? {} : { url: endpoint.url }),
    isFetchedWhenMissing: model.pull === "if-missing" || model.builtin?.url !== undefined,
    isUnused: ![...agents.values()].some(({ models }) => models.includes(model.name)),
    skip: skipReason(model, endpoint, circumstances),
    limitMs: circumstances.modelLimitMs,
    probe: (limitMs, signal) =>
      isRunning
        ? askTheRuntime(circumstances, model.name, limitMs)
        : askDirectly(model, endpoint, circumstances, limitMs, signal),
  };
}

function skipReason(
  model: ModelConfig,
  endpoint: EndpointConfig,
  { isOffline, runtime }: Circumstances,
): string | undefined {
  if (isOffline && !isOnThisMachine(endpoint, model)) return "It is not on this machine: not asked with --offline";
  // A second engine would take the model's memory once more.
  if (endpoint.provider === "builtin" && (runtime.type === "closed" || runtime.type === "silent")) {
    return "The runtime that holds the state directory has it, and does not tell";
  }
  return undefined;
}

/** The manifest cannot be read here, as by a user without its secrets: the runtime knows its models all the same. */
function modelsOfRuntime(circumstances: Circumstances): readonly PlacedModel[] {
  const { runtime, isOffline, modelLimitMs } = circumstances;
  if (runtime.type !== "running") return [];
  const { agents, endpoints } = runtime.status;
  const chatting = new Set(agents.flatMap(({ models }) => models));
  const vectors = new Set(agents.flatMap(({ knowledge }) => knowledge?.model ?? []));
  return endpoints.flatMap(({ name: row, provider, url, models }) =>
    models
      .filter((name) => chatting.has(name) || !vectors.has(name))
      .map((name) => ({
        row,
        facts: {
          name,
          model: name,
          provider,
          ...(url === undefined ? {} : { url }),
          isFetchedWhenMissing: false,
          isUnused: !agents.some((agent) => agent.models.includes(name)),
          skip:
            isOffline && url !== undefined
              ? "Without the manifest nobody knows whether it is on this machine"
              : undefined,
          limitMs: modelLimitMs,
          probe: (limitMs: number) => askTheRuntime(circumstances, name, limitMs),
        },
      })),
  );
}

/** With its own secrets and slots, and the engine that it may have loaded. */
async function askTheRuntime({ stateDirectory }: Circumstances, model: string, limitMs: number): Promise<ProbeReport> {
  try {
    const result = await askRuntime(stateDirectory, { op: "probe", model, limitMs }, limitMs + 2_000);
    if (isProbeReport(result)) return result;
    return {
      type: "failed",
      kind: "invalid",
      reason: "The runtime's answer cannot be read: it is of another version than this command",
    };
  } catch (error) {
    if (error instanceof ControlError) return { type: "failed", kind: "invalid", reason: error.message };
    throw error;
  }
}

/** A model that is missing is not fetched, and an engine that was started for it ends again. */
async function askDirectly(
  model: ModelConfig,
  endpoint: EndpointConfig,
  { stateDirectory, log }: Circumstances,
  limitMs: number,
  signal: AbortSignal,
): Promise<ProbeReport> {
  const config = { endpoints: new Map([[endpoint.name, endpoint]]), models: new Map([[model.name, model]]) };
  const models = createModels(config, {
    log,
    stateDir: stateDirectory,
    engineFolder: () => engineFolder(stateDirectory),
  });
  try {
    return await probeForAsker(models, { model: model.name, limitMs }, signal);
  } finally {
    await models.close();
  }
}
