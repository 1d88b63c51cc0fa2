// Ollama by its native API: the compatible one ignores the context's size.

import type { EndpointConfig, ModelConfig } from "../../manifest/manifest.ts";
import { type OpenAnswer, readAnswer } from "../answer.ts";
import type { ChatRequest, ModelEvent, ModelNotice } from "../contract.ts";
import { ModelError } from "../contract.ts";
import type { MemoryShortage } from "../memory-need.ts";
import { Meter } from "../meter.ts";
import type { ModelLook, Provider, ProviderPorts, RawEmbeddings } from "../provider.ts";
import { formatOf, hasImages } from "../provider.ts";
import type { Transport } from "../transport.ts";
import { createTransport } from "../transport.ts";
import { streamBody } from "./client.ts";
import { OllamaDecoder } from "./decoder.ts";
import { embedByOllama } from "./embed.ts";
import type { ShownModel } from "./look.ts";
import { showModel } from "./look.ts";
import { fits, loadsHere, memoryNeed, memoryShortage } from "./memory.ts";
import { Pulls } from "./pull.ts";
import { chatBody, probeBody } from "./request.ts";

/** By endpoint: its models share pulls. */
const pullsOf = new WeakMap<EndpointConfig, Pulls>();

export function createOllamaProvider(endpoint: EndpointConfig, model: ModelConfig, ports: ProviderPorts): Provider {
  return new OllamaProvider(endpoint, model, ports);
}

class OllamaProvider implements Provider {
  readonly #model: ModelConfig;
  readonly #ports: ProviderPorts;
  readonly #transport: Transport;
  readonly #pulls: Pulls;
  readonly #loadsHere: boolean;
  #shown: ShownModel | undefined;
  #needBytes: number | undefined;

  constructor(endpoint: EndpointConfig, model: ModelConfig, ports: ProviderPorts) {
    this.#model = model;
    this.#ports = ports;
    this.#transport = createTransport(endpoint, {
      title: "Ollama",
      url: "http://127.0.0.1:11434",
      advice: `Start it with "ollama serve" or set the url of endpoint "${endpoint.name}"`,
      headers: endpoint.apiKey === undefined ? {} : { authorization: `Bearer ${endpoint.apiKey.reveal()}` },
    });
    this.#loadsHere = model.ramBytes !== 0 && loadsHere(this.#transport.url);
    this.#pulls = pullsOf.get(endpoint) ?? new Pulls();
    pullsOf.set(endpoint, this.#pulls);
  }

  chat(request: ChatRequest, signal: AbortSignal): AsyncIterable<ModelEvent> {
    return readAnswer(() => this.#ask(request, signal), this.#transport.hide);
  }

  /** A format would keep the model from calling. */
  takesTools(request: ChatRequest): boolean | undefined {
    return formatOf(this.#model, request) === undefined ? this.#shown?.takesTools : false;
  }

  embed(texts: readonly string[], signal: AbortSignal): Promise<RawEmbeddings> {
    const asked = { model: this.#model, texts, contextTokens: this.#contextTokens() };
    return embedByOllama(this.#transport, asked, signal);
  }

  async ping(signal: AbortSignal): Promise<void> {
    const response = await this.#transport.send(`${this.#transport.url}/api/version`, {}, signal);
    await response.arrayBuffer();
  }

  async look(signal: AbortSignal): Promise<ModelLook> {
    const shown = await showModel(this.#transport, this.#model.model, signal);
    if (shown === undefined) return { isPresent: false };
    if (this.#shown === undefined) this.#sayClamped(shown);
    this.#shown = shown;
    if (this.#loadsHere) this.#needBytes = await this.#askNeed(shown, signal);
    const contextTokens = this.#contextTokens();
    return {
      isPresent: true,
      ...(contextTokens === undefined ? {} : { contextTokens }),
      ...(shown.sees === undefined ? {} : { sees: shown.sees }),
    };
  }

  async shortage(signal: AbortSignal): Promise<MemoryShortage | undefined> {
    if (!this.#loadsHere) return undefined;
    try {
      if (this.#shown === undefined) await this.look(signal);
      if (this.#shown === undefined || fits(this.#needBytes)) return undefined;
      // It may have become another one under its name since.
      this.#needBytes = await this.#askNeed(this.#shown, signal);
      return await memoryShortage(this.#transport, this.#model, this.#needBytes, this.#contextTokens(), signal);
    } catch (error) {
      // A gateway that lets calls through but no questions is no reason to refuse a call.
      if (error instanceof ModelError && error.kind !== "unreachable") return undefined;
      throw error;
    }
  }

  async *pull(signal: AbortSignal): AsyncGenerator<ModelNotice, void, void> {
    yield* this.#pulls.join(this.#transport, this.#model.model).watch(signal);
  }

  /**
   * Ollama stops generating when its connection closes, but reads a prompt to its end first, and no route tells. A call of one token waits
   * behind that work, so its answer proves that the model is idle.
   */
  async settle(signal: AbortSignal): Promise<void> {
    const asked = probeBody(this.#model, this.#contextTokens());
    const body = await streamBody(this.#transport, signal, (client) => client.chat(asked));
    await new Response(body).arrayBuffer();
  }

  close(): Promise<void> {
    this.#pulls.stop(this.#model.model);
    return Promise.resolve();
  }

  async #ask(request: ChatRequest, signal: AbortSignal): Promise<OpenAnswer> {
    if (hasImages(request)) await this.#mustSee(signal);
    const meter = new Meter();
    const limit = this.#contextTokens();
    const asked = chatBody(this.#model, request, limit);
    const body = await streamBody(this.#transport, signal, (client) => client.chat(asked));
    return { body, decoder: new OllamaDecoder(this.#model, request, meter, limit), meter };
  }

  async #askNeed(shown: ShownModel, signal: AbortSignal): Promise<number | undefined> {
    try {
      return await memoryNeed(this.#transport, this.#model, shown, signal);
    } catch (error) {
      if (error instanceof ModelError && error.kind !== "unreachable") return undefined;
      throw error;
    }
  }

  #contextTokens(): number | undefined {
    const asked = this.#model.context;
    return asked === undefined ? undefined : Math.min(asked, this.#shown?.limitTokens ?? asked);
  }

  #sayClamped(shown: ShownModel): void {
    const asked = this.#model.context;
    if (asked === undefined || shown.limitTokens === undefined || asked <= shown.limitTokens) return;
    this.#ports.log.warn("The model's context is smaller than the manifest asks for: its own limit holds", {
      model: this.#model.name,
      asked,
      limit: shown.limitTokens,
    });
  }

  async #mustSee(signal: AbortSignal): Promise<void> {
    if (this.#shown === undefined) await this.look(signal);
    if (this.#shown?.sees === false) {
      throw new ModelError("refused", `Model "${this.#model.model}" does not take images`);
    }
  }
}
