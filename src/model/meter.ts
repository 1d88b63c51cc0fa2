// Times one model call and makes its usage, guessing the counts that the provider did not give.

import type { ChatRequest, ModelUsage } from "./contract.ts";

const charactersPerToken = 4;
/** About what a middling image costs in the models that see. */
const tokensPerImage = 500;

export interface Counts {
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly cached?: number | undefined;
  /** The provider's name of what answered; empty: it does not say. */
  readonly servedModel?: string;
}

export class Meter {
  readonly #startedAt = performance.now();
  #firstAt: number | undefined;
  #characters = 0;

  /** Counts text or thinking as it goes by. */
  pass(piece: string): void {
    this.#firstAt ??= performance.now();
    this.#characters += piece.length;
  }

  /** The call's usage as of now. */
  usage(
    model: { readonly name: string; readonly provider: string },
    request: ChatRequest,
    counts: Counts,
    finish: ModelUsage["finish"],
  ): ModelUsage {
    const { input, output, cached, servedModel = "" } = counts;
    return {
      model: model.name,
      provider: model.provider,
      ...(servedModel === "" ? {} : { servedModel: servedModel.slice(0, 128) }),
      inputTokens: input ?? estimateInput(request),
      outputTokens: output ?? Math.ceil(this.#characters / charactersPerToken),
      ...(cached === undefined ? {} : { cachedTokens: cached }),
      estimated: input === undefined || output === undefined,
      finish,
      ...(this.#firstAt === undefined ? {} : { firstTokenMs: this.#firstAt - this.#startedAt }),
      totalMs: performance.now() - this.#startedAt,
    };
  }
}

function estimateInput(request: ChatRequest): number {
  let characters = 0;
  let images = 0;
  for (const message of request.messages) {
    characters += message.text.length;
    if (message.role === "user") images += message.images?.length ?? 0;
  }
  return Math.ceil(characters / charactersPerToken) + images * tokensPerImage;
}
