// The conversation window: which turns go to the model with a prompt. The oldest are left out, whole, when all would not fit: a call is never
// parted from its result.

import type { StoredTurn } from "../memory/contract.ts";
import type { ModelMessage, ModelTool } from "../model/contract.ts";
import type { TokenEstimate } from "./token-estimate.ts";

export interface WindowInput {
  readonly instructions: string;
  /** Completed turns, oldest first. */
  readonly turns: readonly StoredTurn[];
  /** Of this turn: the prompt, then calls with their results. */
  readonly current: readonly ModelMessage[];
  /** What the model is told of tools takes tokens too. */
  readonly tools: readonly ModelTool[];
  /** Tokens that fit, prompt and answer together; absent: not known, and nothing is left out. */
  readonly contextTokens: number | undefined;
  /** Tokens kept free for the answer; absent: a quarter of the context, at most 1,024. */
  readonly maxOutput: number | undefined;
  readonly estimate: TokenEstimate;
}

export interface Window {
  readonly messages: readonly ModelMessage[];
  /** Stands for all that the model is sent, when tokens are counted. */
  readonly counted: readonly ModelMessage[];
  readonly keptTurns: number;
  readonly leftOutTurns: number;
}

/** What a window is made of, but for the choice of turns. */
type WindowParts = Omit<WindowInput, "contextTokens" | "maxOutput" | "estimate">;

/**
 * Keeps the newest turns that fit. The turn itself is always sent: whether it fits alone is the model's to say, since a guess that errs
 * on the safe side would refuse prompts that fit.
 */
export function fitWindow(input: WindowInput): Window {
  const { contextTokens } = input;
  const turns = unfolded(input.turns);
  if (contextTokens === undefined) return windowOf(input, turns.length);
  const room = roomTokens(input, contextTokens);
  let kept = 0;
  let used = 0;
  while (kept < turns.length) {
    used += input.estimate.tokens(turns[turns.length - kept - 1]?.messages ?? []);
    if (used > room) break;
    kept += 1;
  }
  return windowOf(input, kept);
}

/** What the instructions, the tools, the turn itself and its answer leave of the context; may be less than nothing. */
export function roomTokens(input: WindowInput, contextTokens: number): number {
  return contextTokens - answerTokens(input, contextTokens) - input.estimate.tokens(frame(input));
}

/** The window with the newest `kept` turns. */
export function windowOf(input: WindowParts, kept: number): Window {
  const all = unfolded(input.turns);
  const turns = [...folded(input.turns), ...(kept === 0 ? [] : all.slice(-kept))];
  const messages = [...systemMessages(input.instructions), ...turns.flatMap((turn) => turn.messages), ...input.current];
  return {
    messages,
    counted: [...toolMessages(input.tools), ...messages],
    keptTurns: kept,
    leftOutTurns: all.length - kept,
  };
}

/** What was folded is short, and stands for all before: it goes along whatever is left out. */
function folded(turns: readonly StoredTurn[]): readonly StoredTurn[] {
  return turns[0]?.folds === undefined ? [] : turns.slice(0, 1);
}

function unfolded(turns: readonly StoredTurn[]): readonly StoredTurn[] {
  return turns.slice(folded(turns).length);
}

function frame(input: WindowInput): readonly ModelMessage[] {
  const summary = folded(input.turns).flatMap((turn) => turn.messages);
  return [...systemMessages(input.instructions), ...toolMessages(input.tools), ...summary, ...input.current];
}

function toolMessages(tools: readonly ModelTool[]): readonly ModelMessage[] {
  return tools.length === 0 ? [] : [{ role: "system", text: JSON.stringify(tools) }];
}

function systemMessages(instructions: string): readonly ModelMessage[] {
  return instructions === "" ? [] : [{ role: "system", text: instructions }];
}

/** A wish for more output than half of the context leaves half of it to the prompt. */
function answerTokens(input: WindowInput, contextTokens: number): number {
  const wanted = input.maxOutput ?? Math.min(1024, Math.floor(contextTokens / 4));
  return Math.min(wanted, Math.floor(contextTokens / 2));
}
