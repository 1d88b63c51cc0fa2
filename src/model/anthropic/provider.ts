// Anthropic's messages API.

import type Anthropic from "@anthropic-ai/sdk";
import type { EndpointConfig, ModelConfig } from "../../manifest/manifest.ts";
import { type OpenAnswer, readAnswer } from "../answer.ts";
import { rawBody, sendFor } from "../client-fetch.ts";
import type { ChatRequest, ModelEvent } from "../contract.ts";
import { ModelError } from "../contract.ts";
import { Meter } from "../meter.ts";
import type { ModelLook, Provider, ProviderPorts } from "../provider.ts";
import type { Transport } from "../transport.ts";
import { createTransport } from "../transport.ts";
import { AnthropicDecoder } from "./decoder.ts";
import { messageBody } from "./request.ts";

export function createAnthropicProvider(endpoint: EndpointConfig, model: ModelConfig, ports: ProviderPorts): Provider {
  if (model.seed !== undefined) ports.log.warn("Anthropic has no seed: it is not sent", { model: model.name });
  return new AnthropicProvider(endpoint, model);
}

class AnthropicProvider implements Provider {
  readonly #model: ModelConfig;
  readonly #transport: Transport;
  #client: Promise<Anthropic> | undefined;

  constructor(endpoint: EndpointConfig, model: ModelConfig) {
    this.#model = model;
    this.#transport = createTransport(endpoint, {
      title: "Anthropic",
      url: "https://api.anthropic.com",
      advice: `Check the network, or the url of endpoint "${endpoint.name}"`,
      headers: {
        "anthropic-version": "2023-06-01",
        ...(endpoint.apiKey === undefined ? {} : { "x-api-key": endpoint.apiKey.reveal() }),
      },
    });
  }

  chat(request: ChatRequest, signal: AbortSignal): AsyncIterable<ModelEvent> {
    return readAnswer(() => this.#ask(request, signal), this.#transport.hide);
  }

  /** Any answer will do, an error status too: somebody is there. */
  async ping(signal: AbortSignal): Promise<void> {
    try {
      const response = await this.#transport.send(`${this.#transport.url}/v1/models?limit=1`, {}, signal);
      await response.body?.cancel();
    } catch (error) {
      if (error instanceof ModelError && error.status !== undefined) return;
      throw error;
    }
  }

  async look(signal: AbortSignal): Promise<ModelLook> {
    await this.ping(signal);
    const { context } = this.#model;
    return { isPresent: true, sees: true, ...(context === undefined ? {} : { contextTokens: context }) };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #ask(request: ChatRequest, signal: AbortSignal): Promise<OpenAnswer> {
    const meter = new Meter();
    this.#client ??= openClient(this.#transport);
    const client = await this.#client;
    const body = await rawBody(client.messages.create(messageBody(this.#model, request), { signal }).asResponse());
    return { body, decoder: new AnthropicDecoder(this.#model, request, meter), meter };
  }
}

/** The environment has no say: only what the manifest names is used. */
async function openClient(transport: Transport): Promise<Anthropic> {
  const { Anthropic } = await import("@anthropic-ai/sdk");
  return new Anthropic({
    baseURL: transport.url,
    apiKey: "set by the transport",
    authToken: null,
    maxRetries: 0,
    timeout: 2 ** 31 - 1,
    logLevel: "off",
    fetch: sendFor(transport),
  });
}
