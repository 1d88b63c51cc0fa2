// One short call that shows whether a model is there and answers, and how fast. It fetches nothing that is missing.

import type { ChatRequest, ModelUsage } from "./contract.ts";
import { ModelError } from "./contract.ts";
import { generate, type Link } from "./model-call.ts";
import type { Provider } from "./provider.ts";

export interface ModelProbe {
  /** False: the endpoint answers and does not hold the model; nothing was asked of it. */
  readonly isPresent: boolean;
  /** Tokens that fit, when known. */
  readonly contextTokens?: number;
  readonly answer?: ProbeAnswer;
}

export interface ProbeAnswer {
  /** From the call's start, slot granted, to its first text or thinking; absent when there was none. Holds the time of a load. */
  readonly firstTextMs?: number;
  readonly totalMs: number;
  readonly outputTokens: number;
  /** After the first text; absent when the answer was too short or came at once. */
  readonly tokensPerSecond?: number;
}

/** Few, since some cost money; enough to time them. */
export const probeTokens = 24;
const leastTimedMs = 5;

/** Waits for a slot of the endpoint as any call does. Throws `ModelError`, or the signal's reason. */
export async function probeModel(link: Link, signal: AbortSignal): Promise<ModelProbe> {
  const shared = link.endpoint.provider(link.model);
  const letGo = shared.hold();
  try {
    const provider = await shared.get();
    const look = await provider.look(signal);
    link.presence.found(look.isPresent);
    if (!look.isPresent) return { isPresent: false };
    link.endpoint.health.reached();
    const answer = probeAnswer(await ask(link, provider, signal));
    const { contextTokens } = look;
    return { isPresent: true, ...(contextTokens === undefined ? {} : { contextTokens }), answer };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ModelError) throw link.endpoint.health.failed(error);
    throw new ModelError("invalid", "The model's provider failed", { cause: error });
  } finally {
    letGo();
  }
}

async function ask(link: Link, provider: Provider, signal: AbortSignal): Promise<ModelUsage> {
  let usage: ModelUsage | undefined;
  for await (const event of generate(link, provider, request, signal, false)) {
    if (event.type === "usage") usage = event.usage;
  }
  if (usage !== undefined) return usage;
  throw new ModelError("invalid", "The model's answer ended without saying how long it was");
}

const request: ChatRequest = {
  agent: "muster doctor",
  messages: [{ role: "user", text: "Count from one to twenty in words." }],
  maxOutput: probeTokens,
};

/** Pure. */
export function probeAnswer({ firstTokenMs, totalMs, outputTokens }: ModelUsage): ProbeAnswer {
  const timedMs = firstTokenMs === undefined ? 0 : totalMs - firstTokenMs;
  const isTimed = outputTokens > 1 && timedMs >= leastTimedMs;
  return {
    ...(firstTokenMs === undefined ? {} : { firstTextMs: firstTokenMs }),
    totalMs,
    outputTokens,
    ...(isTimed ? { tokensPerSecond: ((outputTokens - 1) * 1_000) / timedMs } : {}),
  };
}
