// Whether Ollama on this machine has memory for a model that it has not loaded.

import { existsSync } from "node:fs";
import { availableMachineBytes } from "../../host/available-memory.ts";
import { isLoopback } from "../../manifest/listen-address.ts";
import type { ModelConfig } from "../../manifest/manifest.ts";
import { countAt, isRecord, type JsonRecord, textAt } from "../json.ts";
import type { MemoryShortage } from "../memory-need.ts";
import type { Transport } from "../transport.ts";
import { ollamaClient } from "./client.ts";
import type { ShownModel } from "./look.ts";

/** Ollama's own, where neither the manifest nor its settings say. */
const usualContext = 4096;

/** Where a graphics card takes models, memory of its own counts, which Ollama looks at itself. */
const graphics = ["/proc/driver/nvidia", "/sys/module/nvidia", "/sys/module/nvgpu", "/sys/class/kfd/kfd"];

/** Whether this machine's memory is what the endpoint's models take. */
export function loadsHere(url: string, exists: (path: string) => boolean = existsSync): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
  return isLoopback(host) && !graphics.some((path) => exists(path));
}

/** Bytes of the model when it is loaded; undefined when Ollama doesn't tell its size. */
export async function memoryNeed(
  transport: Transport,
  model: ModelConfig,
  shown: ShownModel,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (model.ramBytes !== undefined) return model.ramBytes;
  const found = (await listed(transport, "tags", signal)).find((record) => isNamed(record, model.model));
  const weights = countAt(found, "size");
  const context = Math.min(model.context ?? usualContext, shown.limitTokens ?? Infinity);
  return weights === undefined ? undefined : weights + context * shown.contextBytesPerToken;
}

/** Whether so much is free now, or nobody knows. Asks nobody but the kernel. */
export function fits(needBytes: number | undefined): boolean {
  if (needBytes === undefined) return true;
  const free = availableMachineBytes();
  return free === undefined || needBytes <= free;
}

/**
 * What is lacking for a load that needs so much: nothing when the model is loaded as it is wanted, or when it fits after Ollama has unloaded
 * whatever else it holds.
 */
export async function memoryShortage(
  transport: Transport,
  model: ModelConfig,
  needBytes: number | undefined,
  contextTokens: number | undefined,
  signal: AbortSignal,
): Promise<MemoryShortage | undefined> {
  const free = availableMachineBytes();
  if (needBytes === undefined || free === undefined) return undefined;
  const loaded = await listed(transport, "ps", signal);
  const own = loaded.find((record) => isNamed(record, model.model));
  const has = countAt(own, "context_length");
  if (own !== undefined && (contextTokens === undefined || has === undefined || has === contextTokens))
    return undefined;
  const availableBytes = loaded.reduce((sum, record) => sum + (countAt(record, "size") ?? 0), free);
  return needBytes <= availableBytes ? undefined : { needBytes, availableBytes };
}

async function listed(transport: Transport, what: "tags" | "ps", signal: AbortSignal): Promise<readonly JsonRecord[]> {
  const client = await ollamaClient(transport, signal);
  const answer: unknown = await (what === "ps" ? client.ps() : client.list());
  const models: unknown = isRecord(answer) ? answer["models"] : undefined;
  return Array.isArray(models) ? models.filter(isRecord) : [];
}

/** `smol` is `smol:latest` to Ollama, and names there know no case. */
function isNamed(record: JsonRecord, model: string): boolean {
  const wanted = fullName(model);
  return [textAt(record, "name"), textAt(record, "model")].some((name) => fullName(name) === wanted);
}

function fullName(model: string): string {
  const hasTag = model.lastIndexOf(":") > model.lastIndexOf("/");
  return (hasTag ? model : `${model}:latest`).toLowerCase();
}
