// The conversation window: which turns go to the model with a prompt. The oldest are left out, whole, when all would not fit.

import type { StoredTurn } from "../memory/contract.ts";
import type { ModelMessage } from "../model/contract.ts";
import type { TokenEstimate } from "./token-estimate.ts";

export interface WindowInput {
  readonly instructions: string;
  /** Completed turns, oldest first. */
  readonly turns: readonly StoredTurn[];
  readonly prompt: ModelMessage;
  /** Tokens that fit, prompt and answer together; absent: not known, and nothing is left out. */
  readonly contextTokens: number | undefined;
  /** Tokens kept free for the answer; absent: a quarter of the context, at most 1,024. */
  readonly maxOutput: number | undefined;
  readonly estimate: TokenEstimate;
}

export interface Window {
  readonly messages: readonly ModelMessage[];
  readonly keptTurns: number;
  readonly leftOutTurns: number;
}

/**
 * Keeps the newest turns that fit. The prompt itself is always sent: whether it fits alone is the model's to say, since a guess that errs
 * on the safe side would refuse prompts that fit.
 */
export function fitWindow(input: WindowInput): Window {
  const { turns, contextTokens } = input;
  if (contextTokens === undefined) return windowOf(input, turns.length);
  const room = contextTokens - answerTokens(input, contextTokens) - input.estimate.tokens(frame(input));
  let kept = 0;
  let used = 0;
  while (kept < turns.length) {
    used += input.estimate.tokens(turns[turns.length - kept - 1]?.messages ?? []);
    if (used > room) break;
    kept += 1;
  }
  return windowOf(input, kept);
}

/** The window with the newest `kept` turns. */
export function windowOf(input: Pick<WindowInput, "instructions" | "turns" | "prompt">, kept: number): Window {
  const turns = kept === 0 ? [] : input.turns.slice(-kept);
  const [system, prompt] = [systemMessages(input.instructions), input.prompt];
  return {
    messages: [...system, ...turns.flatMap((turn) => turn.messages), prompt],
    keptTurns: kept,
    leftOutTurns: input.turns.length - kept,
  };
}

function frame(input: WindowInput): readonly ModelMessage[] {
  return [...systemMessages(input.instructions), input.prompt];
}

function systemMessages(instructions: string): readonly ModelMessage[] {
  return instructions === "" ? [] : [{ role: "system", text: instructions }];
}

/** A wish for more output than half of the context leaves half of it to the prompt. */
function answerTokens(input: WindowInput, contextTokens: number): number {
  const wanted = input.maxOutput ?? Math.min(1024, Math.floor(contextTokens / 4));
  return Math.min(wanted, Math.floor(contextTokens / 2));
}
