// One answer: the prompt is counted, read in pieces that an abort can come between, and continued token by token.

import type { CallCounts, ChatMessage, GenerationOptions } from "../engine-message.ts";
import type { HistoryItem, Llama, LlamaChat, Model, ResponseOptions } from "./llama-library.ts";

export interface Loaded {
  readonly llama: Llama;
  readonly model: Model;
  /** Tokens of context of each conversation. */
  readonly contextTokens: number;
}

export interface AnswerEvents {
  onText(text: string): void;
  onThinking(text: string): void;
  /** Something was done: a token, or a piece of the prompt. */
  onStep(): void;
}

/** The prompt leaves no room for an answer in the context. */
export class ContextOverflow extends Error {
  override readonly name = "ContextOverflow";
}

/** What was asked for is nothing that the engine can do. */
export class RefusedRequest extends Error {
  override readonly name = "RefusedRequest";
}

/** About how long a piece of the prompt may take: no abort is noticed within one. */
const pieceMs = 250;
const firstPieceTokens = 8;
const largestPieceTokens = 512;

/** Throws `ContextOverflow`, `RefusedRequest`, the signal's reason, or what the engine threw. */
export async function generate(
  loaded: Loaded,
  chat: LlamaChat,
  message: ChatMessage,
  events: AnswerEvents,
  signal: AbortSignal,
): Promise<CallCounts> {
  const history = historyOf(message);
  const prompt = promptTokens(loaded, chat, history);
  const room = loaded.contextTokens - 1 - prompt.length;
  if (room < 1) throw overflow(prompt.length, loaded.contextTokens);
  const grammar = await grammarOf(loaded.llama, message.options);
  const cachedTokens = await readPrompt(chat, prompt, events, signal);
  const before = chat.sequence.tokenMeter.getState().usedOutputTokens;
  const finish = await answer(chat, history, responseOptions(message.options, grammar, room, events, signal));
  const outputTokens = chat.sequence.tokenMeter.getState().usedOutputTokens - before;
  return { inputTokens: prompt.length, cachedTokens, outputTokens, finish };
}

/** The tokens that the model is going to see, by its own chat template. */
export function promptTokens(loaded: Loaded, chat: LlamaChat, history: readonly HistoryItem[]): readonly number[] {
  return chat.chatWrapper.generateContextState({ chatHistory: history }).contextText.tokenize(loaded.model.tokenizer);
}

export function historyOf(message: ChatMessage): readonly HistoryItem[] {
  const items = message.messages.map(({ role, text }): HistoryItem =>
    role === "assistant" ? { type: "model", response: [text] } : { type: role, text },
  );
  return [...items, { type: "model", response: [] }];
}

function overflow(tokens: number, contextTokens: number): ContextOverflow {
  return new ContextOverflow(
    `The prompt has ${tokens} tokens, and the context holds ${contextTokens} with the answer. Shorten it or raise "context"`,
  );
}

async function grammarOf(llama: Llama, options: GenerationOptions): Promise<object | undefined> {
  if (options.schema === undefined) return undefined;
  return llama.createGrammarForJsonSchema(options.schema).catch((cause: unknown) => {
    throw new RefusedRequest(`The engine cannot follow this JSON schema: ${String(cause)}`, { cause });
  });
}

/** Resolves to the number of tokens that the context held already. The last token is left for the answer to start from. */
async function readPrompt(
  chat: LlamaChat,
  prompt: readonly number[],
  events: AnswerEvents,
  signal: AbortSignal,
): Promise<number> {
  const { sequence } = chat;
  const unread = prompt.slice(0, -1);
  await sequence.adaptStateToTokens(unread, false);
  const cached = sequence.nextTokenIndex;
  let pieceTokens = firstPieceTokens;
  for (let at = cached; at < unread.length;) {
    signal.throwIfAborted();
    const piece = unread.slice(at, at + pieceTokens);
    const startedAt = performance.now();
    await sequence.evaluateWithoutGeneratingNewTokens(piece);
    events.onStep();
    at += piece.length;
    pieceTokens = nextPieceTokens(pieceTokens, performance.now() - startedAt);
  }
  signal.throwIfAborted();
  return cached;
}

/** How many tokens take about `pieceMs`, going by the last piece; at most twice as many as that. */
export function nextPieceTokens(lastTokens: number, tookMs: number): number {
  const fitting = Math.floor((lastTokens * pieceMs) / Math.max(tookMs, 1));
  return Math.max(1, Math.min(fitting, lastTokens * 2, largestPieceTokens));
}

function responseOptions(
  options: GenerationOptions,
  grammar: object | undefined,
  room: number,
  events: AnswerEvents,
  signal: AbortSignal,
): ResponseOptions {
  return {
    signal,
    maxTokens: Math.min(options.maxOutput ?? room, room),
    temperature: options.temperature ?? 0.8,
    topK: 40,
    topP: 0.95,
    minP: 0.05,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    repeatPenalty: false,
    ...(grammar === undefined ? {} : { grammar }),
    customStopTriggers: options.stop,
    ...(options.think === false ? { budgets: { thoughtTokens: 0 } } : {}),
    contextShift: { strategy: stopAtFullContext },
    onResponseChunk: (chunk) => {
      events.onStep();
      if (chunk.text === "") return;
      if (chunk.type === "segment") events.onThinking(chunk.text);
      else events.onText(chunk.text);
    },
  };
}

class FullContext extends Error {}

/** Nothing is ever forgotten to make room: the answer ends there. */
function stopAtFullContext(): never {
  throw new FullContext("The context is full");
}

async function answer(
  chat: LlamaChat,
  history: readonly HistoryItem[],
  options: ResponseOptions,
): Promise<CallCounts["finish"]> {
  try {
    const { metadata } = await chat.generateResponse(history, options);
    return metadata.stopReason === "maxTokens" ? "length" : "stop";
  } catch (error) {
    if (error instanceof FullContext) return "length";
    throw error;
  }
}
