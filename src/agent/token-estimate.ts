// How many tokens a text may take, guessed from its bytes: no provider counts for us beforehand. Guesses err on the side of too many,
// and learn from what the model reports.

import type { ModelMessage, ModelUsage } from "../model/contract.ts";

/** English takes about 0.25 tokens a byte, other scripts up to 0.4; code and numbers more. */
const startTokensPerByte = 0.34;
const leastTokensPerByte = 0.2;
const mostTokensPerByte = 1;
/** Roles and separators of the chat template. */
const tokensPerMessage = 8;
const tokensPerImage = 800;
/** Reports on shorter prompts say more about the template than about the text. */
const leastLearnedBytes = 400;

export interface TokenEstimate {
  tokens(messages: readonly ModelMessage[]): number;
  /** Takes in what the model counted for these messages. */
  learn(messages: readonly ModelMessage[], usage: ModelUsage): void;
  /** Takes in that these messages were too many for `contextTokens`. */
  learnOverflow(messages: readonly ModelMessage[], contextTokens: number): void;
}

/** One a model. Goes up at once when a prompt took more than was guessed, and down slowly, never below what any text needs. */
export function tokenEstimate(): TokenEstimate {
  return new LearningEstimate();
}

class LearningEstimate implements TokenEstimate {
  #tokensPerByte = startTokensPerByte;

  tokens(messages: readonly ModelMessage[]): number {
    return Math.ceil(textBytes(messages) * this.#tokensPerByte) + fixedTokens(messages);
  }

  learn(messages: readonly ModelMessage[], usage: ModelUsage): void {
    if (!usage.estimated) this.#approach(messages, usage.inputTokens);
  }

  learnOverflow(messages: readonly ModelMessage[], contextTokens: number): void {
    const bytes = Math.max(1, textBytes(messages));
    this.#approach(messages, Math.max(contextTokens, this.#tokensPerByte * bytes + fixedTokens(messages)));
  }

  #approach(messages: readonly ModelMessage[], tokens: number): void {
    const bytes = textBytes(messages);
    if (bytes < leastLearnedBytes || hasImages(messages)) return;
    const seen = Math.max(0, tokens - fixedTokens(messages)) / bytes;
    const next = seen > this.#tokensPerByte ? seen : this.#tokensPerByte * 0.9 + seen * 0.1;
    this.#tokensPerByte = Math.min(mostTokensPerByte, Math.max(leastTokensPerByte, next));
  }
}

function textBytes(messages: readonly ModelMessage[]): number {
  return messages.reduce((sum, message) => sum + Buffer.byteLength(message.text) + callBytes(message), 0);
}

function callBytes(message: ModelMessage): number {
  if (message.role !== "assistant" || message.calls === undefined) return 0;
  return Buffer.byteLength(JSON.stringify(message.calls));
}

function fixedTokens(messages: readonly ModelMessage[]): number {
  return messages.reduce((sum, message) => sum + tokensPerMessage + imageCount(message) * tokensPerImage, 0);
}

function hasImages(messages: readonly ModelMessage[]): boolean {
  return messages.some((message) => imageCount(message) > 0);
}

function imageCount(message: ModelMessage): number {
  return message.role === "user" ? (message.images?.length ?? 0) : 0;
}
