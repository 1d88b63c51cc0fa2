// Provider `builtin`: a GGUF file answered by the engine inside the executable, which runs in a child process of its own.

import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { ownCommand } from "../../host/own-command.ts";
import type { BuiltinModel, EndpointConfig, ModelConfig } from "../../manifest/manifest.ts";
import { withoutCalls } from "../calls-as-text.ts";
import { ModelError, type ChatRequest, type ModelEvent, type ModelNotice } from "../contract.ts";
import type { MemoryShortage } from "../memory-need.ts";
import { Meter } from "../meter.ts";
import { formatOf, hasImages, maxOutputOf, type ModelLook, type Provider, type ProviderPorts } from "../provider.ts";
import { engineHere, type EngineAvailability } from "./availability.ts";
import { Engine } from "./engine.ts";
import type { ChatMessage, GenerationOptions, LoadMessage } from "./engine-message.ts";
import type { ModelDownload } from "./download.ts";
import { fetchModel } from "./fetch-model.ts";
import { readGgufHeader } from "./gguf-header.ts";
import { engineShortage } from "./memory.ts";
import { usableCores } from "./physical-cores.ts";
import { watchdogBounds, type WatchdogBounds } from "./watchdog.ts";

/** The hidden argument that makes our own executable the engine's child. */
export const engineArgument = "__engine";

/** What tests replace. */
export interface BuiltinSeams {
  readonly argv?: readonly string[];
  readonly availability?: EngineAvailability;
  readonly bounds?: WatchdogBounds;
}

/** Tokens of context when the manifest doesn't say: more costs memory that small machines don't have. */
const usualContext = 4096;
const usualKeepAliveMs = 5 * 60_000;
/** A prompt of more characters fits no context, and needn't be counted. */
const maxPromptChars = 3_000_000;

/** Opens nothing: the child starts with the first call. */
export function createBuiltinProvider(
  endpoint: EndpointConfig,
  model: ModelConfig,
  ports: ProviderPorts,
  seams: BuiltinSeams = {},
): Provider {
  return new BuiltinProvider(endpoint, model, ports, seams);
}

class BuiltinProvider implements Provider {
  readonly #endpoint: EndpointConfig;
  readonly #model: ModelConfig;
  readonly #file: BuiltinModel;
  readonly #ports: ProviderPorts;
  readonly #seams: BuiltinSeams;
  readonly #engine: Engine;
  #limitTokens: number | undefined;

  constructor(endpoint: EndpointConfig, model: ModelConfig, ports: ProviderPorts, seams: BuiltinSeams) {
    if (model.builtin === undefined) throw new Error(`Model "${model.name}" names no file for the engine`);
    this.#endpoint = endpoint;
    this.#model = model;
    this.#file = model.builtin;
    this.#ports = ports;
    this.#seams = seams;
    this.#engine = new Engine({
      argv: seams.argv ?? ownCommand([engineArgument]),
      keepAliveMs: model.keepAliveMs ?? usualKeepAliveMs,
      bounds: seams.bounds ?? watchdogBounds,
      log: ports.log.with({ model: model.name }),
      load: () => this.#load(),
    });
  }

  async *chat(request: ChatRequest, signal: AbortSignal): AsyncGenerator<ModelEvent, void, void> {
    const meter = new Meter();
    this.#checkAvailable();
    this.#checkPresent();
    const message = { messages: messagesOf(request), options: this.#options(request) };
    for await (const event of this.#engine.chat(message, signal)) {
      if (event.type === "done") {
        const counts = { input: event.inputTokens, output: event.outputTokens, cached: event.cachedTokens };
        const names = { name: this.#model.name, provider: "builtin" };
        yield { type: "usage", usage: meter.usage(names, request, counts, event.finish) };
      } else {
        meter.pass(event.text);
        yield { type: event.type, text: event.text };
      }
    }
  }

  takesTools(): boolean {
    return false;
  }

  async ping(): Promise<void> {
    this.#checkAvailable();
    return Promise.resolve();
  }

  async look(): Promise<ModelLook> {
    this.#checkAvailable();
    const path = this.#path();
    if (!existsSync(path)) return { isPresent: false, sees: false };
    const header = await readGgufHeader(path).catch((cause: unknown) => {
      throw new ModelError("refused", `Cannot read the model's file "${path}": ${String(cause)}`, { cause });
    });
    if (header === undefined)
      throw new ModelError("refused", `"${path}" is not a GGUF file. Give a model in that format`);
    const wished = this.#model.context ?? usualContext;
    this.#limitTokens = header.contextTokens;
    return { isPresent: true, contextTokens: Math.min(wished, header.contextTokens ?? wished), sees: false };
  }

  async shortage(): Promise<MemoryShortage | undefined> {
    const { context = usualContext, ramBytes } = this.#model;
    if (this.#engine.pid !== undefined || ramBytes === 0) return undefined;
    const contextTokens = Math.min(context, this.#limitTokens ?? context) * this.#endpoint.parallel;
    return engineShortage({ path: this.#path(), contextTokens, ramBytes });
  }

  async *pull(signal: AbortSignal): AsyncGenerator<ModelNotice, void, void> {
    const { url, sha256 } = this.#file;
    if (url === undefined || sha256 === undefined) throw this.#missing();
    for await (const progress of fetchModel(this.#download(url, sha256), signal)) {
      yield { kind: "pulling", model: this.#model.name, ...progress };
    }
  }

  async settle(): Promise<void> {
    await this.#engine.settle();
  }

  async close(): Promise<void> {
    await this.#engine.unload();
  }

  #checkAvailable(): void {
    const { available, reason } = this.#seams.availability ?? engineHere();
    if (!available) throw new ModelError("unreachable", reason);
  }

  #checkPresent(): void {
    if (!existsSync(this.#path())) throw this.#missing();
  }

  #missing(): ModelError {
    const { url } = this.#file;
    const what = url === undefined ? 'Correct "file" of the model' : `It has not been fetched from "${url}" yet`;
    return new ModelError("not-found", `No model's file at "${this.#path()}". ${what}`);
  }

  /** A fetched file is kept under its hash: another hash in the manifest is another file. */
  #path(): string {
    const { file, url, sha256 } = this.#file;
    if (file !== undefined) return file;
    if (url === undefined || sha256 === undefined)
      throw new ModelError("not-found", `Model "${this.#model.name}" has neither "file" nor "url" with "sha256"`);
    return join(this.#ports.stateDir, "models", `${sha256.toLowerCase()}-${fileName(url)}`);
  }

  #download(url: string, sha256: string): ModelDownload {
    const { headers, proxy, caFile } = this.#endpoint;
    return {
      url,
      sha256,
      path: this.#path(),
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.reveal()])),
      ...(proxy === undefined ? {} : { proxy: proxy.reveal() }),
      ...(caFile === undefined ? {} : { caFile }),
    };
  }

  async #load(): Promise<LoadMessage> {
    return {
      type: "load",
      folder: await this.#ports.engineFolder().catch((cause: unknown) => {
        throw new ModelError("unreachable", cause instanceof Error ? cause.message : String(cause), { cause });
      }),
      file: this.#path(),
      context: this.#model.context ?? usualContext,
      parallel: this.#endpoint.parallel,
      threads: this.#file.threads ?? usableCores(),
    };
  }

  #options(request: ChatRequest): GenerationOptions {
    const maxOutput = maxOutputOf(this.#model, request);
    const { temperature, seed, stop, think } = this.#model;
    const schema = formatOf(this.#model, request);
    return {
      stop,
      ...(maxOutput === undefined ? {} : { maxOutput }),
      ...(temperature === undefined ? {} : { temperature }),
      ...(seed === undefined ? {} : { seed }),
      ...(think === undefined ? {} : { think }),
      ...(schema === undefined ? {} : { schema }),
    };
  }
}

/** Throws `refused` for images, which the engine's models don't see, and `overflow` for a prompt beyond all contexts. */
function messagesOf(request: ChatRequest): ChatMessage["messages"] {
  if (hasImages(request))
    throw new ModelError(
      "refused",
      'The built-in engine takes no images. Use a model of provider "ollama" or "openai"',
    );
  const characters = request.messages.reduce((sum, message) => sum + message.text.length, 0);
  if (characters > maxPromptChars)
    throw new ModelError(
      "overflow",
      `The prompt has ${characters} characters, more than any context of the engine holds`,
    );
  return withoutCalls(request.messages).flatMap(({ role, text }) => (role === "tool" ? [] : [{ role, text }]));
}

function fileName(url: string): string {
  const name = basename(new URL(url).pathname).replace(/[^A-Za-z0-9._-]/g, "_");
  return name === "" ? "model.gguf" : name.slice(-100);
}
