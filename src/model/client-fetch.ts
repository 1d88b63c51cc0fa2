// Puts an endpoint's transport under an official client, and gets the raw answer and the transport's own error out of it again.

import { ModelError } from "./contract.ts";
import type { Transport } from "./transport.ts";

type Send = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

const never = new AbortController().signal;

/** What an official client takes as its `fetch`. */
export function sendFor(transport: Transport): Send {
  return (input, init) => {
    const url = input instanceof Request ? input.url : input.toString();
    const { signal, ...rest } = init ?? {};
    return transport.send(url, rest, signal ?? never);
  };
}

/** The body of an answer. Throws the `ModelError` that a client wrapped in an error of its own. */
export async function rawBody(answer: Promise<Response>): Promise<ReadableStream<Uint8Array>> {
  try {
    const response = await answer;
    return response.body ?? new ReadableStream({ start: (controller) => controller.close() });
  } catch (error) {
    throw unwrapped(error);
  }
}

function unwrapped(error: unknown): unknown {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if (inner instanceof ModelError) return inner;
  }
  return new ModelError("invalid", "The provider's client failed before it sent anything", { cause: error });
}
