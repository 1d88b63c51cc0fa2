// A ChatModel that does what a test says, in place of a provider.

import type { ModelConfig } from "../../src/manifest/manifest.ts";
import type {
  ChatModel,
  ChatRequest,
  ModelEvent,
  ModelHealth,
  ModelToolCall,
  ModelUsage,
} from "../../src/model/contract.ts";

export type Script = (request: ChatRequest, signal: AbortSignal) => AsyncIterable<ModelEvent>;

export interface ScriptedChatModel extends ChatModel {
  /** Every request, in order. */
  readonly requests: ChatRequest[];
  setHealth(health: ModelHealth): void;
  readonly looks: () => number;
}

export const modelConfig: ModelConfig = {
  name: "local",
  endpoint: "ollama",
  model: "smol",
  pull: "never",
  stop: [],
  budgets: [],
};

export function scriptedChatModel(
  script: Script,
  options: { readonly contextTokens?: number; readonly sees?: boolean; readonly maxOutput?: number } = {},
): ScriptedChatModel {
  const requests: ChatRequest[] = [];
  let health: ModelHealth = { state: "reachable" };
  let looks = 0;
  const listeners = new Set<(health: ModelHealth) => void>();
  return {
    config: options.maxOutput === undefined ? modelConfig : { ...modelConfig, maxOutput: options.maxOutput },
    requests,
    chat: (request, signal) => {
      requests.push(request);
      return script(request, signal);
    },
    contextTokens: () => options.contextTokens,
    sees: () => options.sees,
    look: () => {
      looks += 1;
      return Promise.resolve(health);
    },
    health: () => health,
    setHealth: (next) => {
      health = next;
      for (const listener of [...listeners]) listener(next);
    },
    onHealthChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    looks: () => looks,
  };
}

/** Answers with these texts. */
export function answering(...texts: readonly string[]): Script {
  return async function* () {
    for (const text of texts) {
      await Promise.resolve();
      yield { type: "text", text };
    }
    yield { type: "usage", usage: usageOf({ outputTokens: texts.length }) };
  };
}

/** Calls tools, after a text where one is given. */
export function calling(...said: readonly (ModelToolCall | { readonly text: string })[]): Script {
  return async function* () {
    for (const piece of said) {
      await Promise.resolve();
      if ("text" in piece) yield { type: "text", text: piece.text };
      else yield { type: "tool-call", call: piece };
    }
    yield { type: "usage", usage: usageOf() };
  };
}

/** Does one after the other, request by request, and the last of them from then on. */
export function inTurn(...scripts: readonly [Script, ...Script[]]): Script {
  let next = 0;
  return (request, signal) => {
    const script = scripts[Math.min(next++, scripts.length - 1)] ?? scripts[0];
    return script(request, signal);
  };
}

/** Fails before any text. */
export function failing(error: Error): Script {
  return async function* () {
    await Promise.resolve();
    yield* [];
    throw error;
  };
}

/** Gives one text, then nothing until it is stopped; throws the signal's reason then. */
export function stallingAfter(text: string): Script {
  return async function* (_request, signal) {
    yield { type: "text", text };
    signal.throwIfAborted();
    await new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () =>
        reject(signal.reason instanceof Error ? signal.reason : new Error("Stopped")),
      );
    });
  };
}

export function usageOf(usage: Partial<ModelUsage> = {}): ModelUsage {
  return {
    model: "local",
    provider: "ollama",
    inputTokens: 10,
    outputTokens: 3,
    estimated: false,
    finish: "stop",
    firstTokenMs: 1,
    totalMs: 2,
    ...usage,
  };
}
