// Ollama's own client, made on first use, sending through the endpoint's transport.

import type { AbortableAsyncIterator, Ollama } from "ollama/browser";
import type { Transport } from "../transport.ts";

let clientModule: Promise<{ readonly Ollama: typeof Ollama }> | undefined;

/** A client for one call: whatever it sends ends when `signal` fires. Its methods throw what `Transport.send` throws. */
export async function ollamaClient(
  transport: Transport,
  signal: AbortSignal,
  onAnswer: (response: Response) => void = () => undefined,
): Promise<Ollama> {
  // The runtime keeps modules, but looking one up for each call costs as much as reading a hundred tokens.
  clientModule ??= import("ollama/browser");
  const { Ollama: Client } = await clientModule;
  const send = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const response = await transport.send(urlOf(input), init ?? {}, signal);
    onAnswer(response);
    return response;
  };
  return new Client({ host: transport.url, fetch: Object.assign(send, { preconnect: fetch.preconnect }) });
}

/** The raw body of a streamed answer: the client's own reader of it, which costs half as much again as ours, is never started. */
export async function streamBody(
  transport: Transport,
  signal: AbortSignal,
  ask: (client: Ollama) => Promise<AbortableAsyncIterator<object>>,
): Promise<ReadableStream<Uint8Array>> {
  const answer: { body: ReadableStream<Uint8Array> | null } = { body: null };
  await ask(
    await ollamaClient(transport, signal, (response) => {
      answer.body = response.body;
    }),
  );
  return answer.body ?? new ReadableStream({ start: (controller) => controller.close() });
}

function urlOf(input: string | URL | Request): string {
  return typeof input === "string" ? input : input instanceof URL ? input.href : input.url;
}
