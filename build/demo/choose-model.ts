// The model of the demo: what this machine has, else a small open one for the engine inside the executable.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { cache } from "../paths.ts";
import { fetchSmallModel, smallModel } from "../small-model.ts";

export interface DemoModel {
  /** For the user: which model, and where. */
  readonly said: string;
  /** Lines below `models: demo:`. */
  readonly manifest: readonly string[];
}

export interface OllamaTag {
  readonly name: string;
  readonly sizeBytes: number;
}

/** A reachable Ollama's smallest chat model, else the built-in engine with a model that is fetched once. */
export async function chooseModel(say: (line: string) => void): Promise<DemoModel> {
  const url = ollamaUrl(process.env["OLLAMA_HOST"]);
  const tag = smallestChatModel(await ollamaTags(url));
  if (tag !== undefined) {
    return {
      said: `"${tag.name}" of the Ollama at ${url}`,
      manifest: ["provider: ollama", `url: ${JSON.stringify(url)}`, `model: ${JSON.stringify(tag.name)}`],
    };
  }
  say(`No Ollama with a model at ${url}: the engine inside the executable will do`);
  const folder = join(cache, "models");
  await mkdir(folder, { recursive: true });
  const file = await fetchSmallModel(folder, say);
  return {
    said: `${smallModel.name}, by the engine inside the executable`,
    manifest: ["provider: builtin", `file: ${JSON.stringify(file)}`, "context: 2048", "threads: 1"],
  };
}

/** Ollama's own variable may hold a bare host, a port, or a whole URL. */
export function ollamaUrl(host: string | undefined): string {
  const text = host === undefined || host === "" ? "127.0.0.1:11434" : host;
  const url = new URL(/^[a-z]+:\/\//.test(text) ? text : `http://${text.startsWith(":") ? `127.0.0.1${text}` : text}`);
  if (url.port === "" && url.protocol === "http:") url.port = "11434";
  if (url.hostname === "0.0.0.0") url.hostname = "127.0.0.1";
  return url.origin;
}

/** The smallest that talks: models for embeddings can't. */
export function smallestChatModel(tags: readonly OllamaTag[]): OllamaTag | undefined {
  const talking = tags.filter((tag) => !/embed|bge|minilm/i.test(tag.name));
  return talking.toSorted((a, b) => a.sizeBytes - b.sizeBytes)[0];
}

async function ollamaTags(url: string): Promise<readonly OllamaTag[]> {
  try {
    const response = await fetch(`${url}/api/tags`, { signal: AbortSignal.timeout(1_500) });
    return readTags(await response.json());
  } catch {
    return []; // Nobody there, or nobody who speaks as Ollama: the caller says what is used instead.
  }
}

/** Reads the answer of `/api/tags`. */
export function readTags(value: unknown): readonly OllamaTag[] {
  if (typeof value !== "object" || value === null || !("models" in value) || !Array.isArray(value.models)) return [];
  const models: unknown[] = value.models;
  return models.flatMap((model) => {
    if (typeof model !== "object" || model === null || !("name" in model) || typeof model.name !== "string") return [];
    const size = "size" in model && typeof model.size === "number" ? model.size : 0;
    return [{ name: model.name, sizeBytes: size }];
  });
}
