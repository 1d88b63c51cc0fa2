// OpenAI, and any server that speaks its chat completions.

import type OpenAI from "openai";
import type { EndpointConfig, ModelConfig } from "../../manifest/manifest.ts";
import { type OpenAnswer, readAnswer } from "../answer.ts";
import { rawBody, sendFor } from "../client-fetch.ts";
import type { ChatRequest, ModelEvent } from "../contract.ts";
import { ModelError } from "../contract.ts";
import { Meter } from "../meter.ts";
import { maxOutputOf, type ModelLook, type Provider, type RawEmbeddings } from "../provider.ts";
import type { Transport } from "../transport.ts";
import { createTransport } from "../transport.ts";
import { OpenAiDecoder } from "./decoder.ts";
import { embedByOpenAi } from "./embed.ts";
import type { MaxTokensName } from "./request.ts";
import { completionBody } from "./request.ts";

export function createOpenAiProvider(endpoint: EndpointConfig, model: ModelConfig): Provider {
  return new OpenAiProvider(endpoint, model);
}

class OpenAiProvider implements Provider {
  readonly #model: ModelConfig;
  readonly #transport: Transport;
  #client: Promise<OpenAI> | undefined;
  #maxTokensName: MaxTokensName;

  constructor(endpoint: EndpointConfig, model: ModelConfig) {
    this.#model = model;
    this.#transport = createTransport(endpoint, {
      title: "OpenAI-compatible server",
      url: "https://api.openai.com/v1",
      advice: `Check the network, or the url of endpoint "${endpoint.name}"`,
      headers: endpoint.apiKey === undefined ? {} : { authorization: `Bearer ${endpoint.apiKey.reveal()}` },
    });
    const host = new URL(this.#transport.url).hostname;
    this.#maxTokensName = /(^|\.)openai\.(com|azure\.com)$/.test(host) ? "max_completion_tokens" : "max_tokens";
  }

  chat(request: ChatRequest, signal: AbortSignal): AsyncIterable<ModelEvent> {
    return readAnswer(() => this.#open(request, signal), this.#transport.hide);
  }

  embed(texts: readonly string[], signal: AbortSignal): Promise<RawEmbeddings> {
    return embedByOpenAi(this.#transport, this.#model, texts, signal);
  }

  /** Any answer will do, an error status too: somebody is there. */
  async ping(signal: AbortSignal): Promise<void> {
    await this.#models(signal).catch((error: unknown) => {
      if (error instanceof ModelError && error.status !== undefined) return;
      throw error;
    });
  }

  /** Lists differ too much between servers to say that a model is missing: its first call tells. */
  async look(signal: AbortSignal): Promise<ModelLook> {
    await this.ping(signal);
    return { isPresent: true, ...(this.#model.context === undefined ? {} : { contextTokens: this.#model.context }) };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #open(request: ChatRequest, signal: AbortSignal): Promise<OpenAnswer> {
    const meter = new Meter();
    const body = await this.#ask(request, signal);
    return { body, decoder: new OpenAiDecoder(this.#model, request, meter), meter };
  }

  async #ask(request: ChatRequest, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const name = this.#maxTokensName;
    try {
      return await this.#send(request, name, signal);
    } catch (error) {
      const other = otherMaxTokensName(error, name);
      if (other === undefined || maxOutputOf(this.#model, request) === undefined) throw error;
      const body = await this.#send(request, other, signal);
      this.#maxTokensName = other;
      return body;
    }
  }

  async #send(request: ChatRequest, name: MaxTokensName, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    this.#client ??= openClient(this.#transport);
    const client = await this.#client;
    const asked = completionBody(this.#model, request, name);
    return rawBody(client.chat.completions.create(asked, { signal }).asResponse());
  }

  async #models(signal: AbortSignal): Promise<void> {
    const response = await this.#transport.send(`${this.#transport.url}/models`, {}, signal);
    await response.body?.cancel();
  }
}

/** The environment has no say: only what the manifest names is used. */
async function openClient(transport: Transport): Promise<OpenAI> {
  const { OpenAI } = await import("openai");
  return new OpenAI({
    baseURL: transport.url,
    apiKey: "set by the transport",
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: 2 ** 31 - 1,
    logLevel: "off",
    fetch: sendFor(transport),
  });
}

/** The other name when a server refused this one; undefined when it refused something else. */
function otherMaxTokensName(error: unknown, name: MaxTokensName): MaxTokensName | undefined {
  if (!(error instanceof ModelError) || (error.status !== 400 && error.status !== 422)) return undefined;
  if (!new RegExp(`\\b${name}\\b`).test(error.message)) return undefined;
  return name === "max_tokens" ? "max_completion_tokens" : "max_tokens";
}
