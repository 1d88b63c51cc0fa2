// Passages of documents beside a prompt: as many as the model's context has room for. They are in no conversation's memory: the next prompt has its own.

import type { ModelMessage, ModelTool } from "../model/contract.ts";
import { passageRules, passageText } from "../tool/recall/passage-text.ts";
import type { Recalled } from "../tool/recall/recall.ts";
import type { TokenEstimate } from "./token-estimate.ts";
import { roomTokens } from "./window.ts";

/** Of what the instructions, the tools, the turn itself and its answer leave; the rest is for the conversation so far. */
const shareOfRoom = 0.6;
/** For passages, where the model's context is not known. */
const usualTokens = 4_096;

export interface RecalledAround {
  readonly instructions: string;
  readonly tools: readonly ModelTool[];
  readonly contextTokens: number | undefined;
}

export class RecalledContext {
  readonly #recalled: Recalled;
  readonly #estimate: TokenEstimate;
  readonly #maxOutput: number | undefined;
  /** How many of the passages go along; chosen with the first step, so that the beginning of each request is the same. */
  #kept: number | undefined;

  constructor(recalled: Recalled, estimate: TokenEstimate, maxOutput: number | undefined) {
    this.#recalled = recalled;
    this.#estimate = estimate;
    this.#maxOutput = maxOutput;
  }

  /** The turn's messages with the passages before the prompt, which is the first of them. */
  beside(messages: readonly ModelMessage[], around: RecalledAround): readonly ModelMessage[] {
    const [prompt, ...rest] = messages;
    const { passages, note } = this.#recalled;
    if (prompt?.role !== "user" || (passages.length === 0 && note === undefined)) return messages;
    this.#kept ??= this.#fitting(messages, around);
    return [{ ...prompt, text: this.#text(this.#kept, prompt.text) }, ...rest];
  }

  /** The model found it all too long: half as many. False: there are none to give up. */
  giveUp(): boolean {
    if (this.#kept === undefined || this.#kept === 0) return false;
    this.#kept = Math.floor(this.#kept / 2);
    return true;
  }

  #fitting(messages: readonly ModelMessage[], around: RecalledAround): number {
    const room = this.#room(messages, around);
    let kept = this.#recalled.passages.length;
    while (kept > 0 && this.#tokens(kept) > room) kept -= 1;
    return kept;
  }

  #room(current: readonly ModelMessage[], { instructions, tools, contextTokens }: RecalledAround): number {
    if (contextTokens === undefined) return usualTokens;
    const input = { instructions, tools, current, contextTokens, turns: [], maxOutput: this.#maxOutput };
    return roomTokens({ ...input, estimate: this.#estimate }, contextTokens) * shareOfRoom;
  }

  #tokens(kept: number): number {
    return this.#estimate.tokens([{ role: "user", text: this.#text(kept, "") }]);
  }

  #text(kept: number, prompt: string): string {
    const { passages, note } = this.#recalled;
    const quoted = passages.slice(0, kept).map(passageText);
    const rules = `[Passages of the agent's documents, found for the prompt that follows them. ${passageRules}]`;
    const said = note === undefined ? [] : [`[${note}]`];
    if (kept === 0) return [...said, prompt].join("\n\n");
    // What stands last is what a small model takes up.
    return [rules, ...said, ...quoted, "[The prompt]", prompt].join("\n\n");
  }
}
