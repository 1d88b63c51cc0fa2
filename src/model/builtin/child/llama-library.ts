// The little of node-llama-cpp that the engine's child uses, and its import from the folder that the part was extracted to.

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isRecord } from "../../json.ts";

export interface LlamaLibrary {
  getLlama(options: {
    readonly gpu: false;
    readonly build: "never";
    readonly skipDownload: true;
    readonly progressLogs: false;
    readonly maxThreads: number;
    readonly logger: (level: string, message: string) => void;
  }): Promise<Llama>;
  readonly LlamaChat: new (options: {
    readonly contextSequence: Sequence;
    readonly chatWrapper: ChatWrapper;
  }) => LlamaChat;
  readonly ChatMLChatWrapper: new () => ChatWrapper;
  /** Finds the chat template that the model's file asks for. */
  resolveChatWrapper(model: Model): ChatWrapper;
}

export interface Llama {
  loadModel(options: { readonly modelPath: string }): Promise<Model>;
  createGrammarForJsonSchema(schema: Readonly<Record<string, unknown>>): Promise<object>;
}

export type Tokenizer = (text: string) => readonly number[];

export interface Model {
  readonly trainContextSize: number;
  readonly tokenizer: Tokenizer;
  readonly fileInfo: { readonly metadata: { readonly tokenizer?: { readonly chat_template?: unknown } } };
  createContext(options: {
    readonly contextSize: number;
    readonly sequences: number;
    readonly threads: number;
  }): Promise<Context>;
}

export interface Context {
  /** Tokens of one sequence. */
  readonly contextSize: number;
  getSequence(): Sequence;
}

export interface Sequence {
  readonly tokenMeter: { getState(): { readonly usedOutputTokens: number } };
  compareContextTokens(tokens: readonly number[]): { readonly firstDifferentIndex: number };
  /** Takes back what differs from `tokens`. */
  adaptStateToTokens(tokens: readonly number[], allowShift: boolean): Promise<void>;
  readonly nextTokenIndex: number;
  evaluateWithoutGeneratingNewTokens(tokens: readonly number[]): Promise<void>;
}

export type HistoryItem =
  | { readonly type: "system"; readonly text: string }
  | { readonly type: "user"; readonly text: string }
  | { readonly type: "model"; readonly response: readonly string[] };

export interface ChatWrapper {
  generateContextState(options: { readonly chatHistory: readonly HistoryItem[] }): {
    readonly contextText: { tokenize(tokenizer: Tokenizer): readonly number[] };
  };
}

export interface LlamaChat {
  readonly sequence: Sequence;
  readonly chatWrapper: ChatWrapper;
  generateResponse(history: readonly HistoryItem[], options: ResponseOptions): Promise<Response>;
}

export interface ResponseOptions {
  readonly signal: AbortSignal;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly seed?: number;
  readonly repeatPenalty: false;
  readonly grammar?: object;
  readonly customStopTriggers: readonly string[];
  readonly budgets?: { readonly thoughtTokens: number };
  /** Called when the context is full, to make room by forgetting. */
  readonly contextShift: { readonly strategy: () => never };
  readonly onResponseChunk: (chunk: { readonly type: "segment" | undefined; readonly text: string }) => void;
}

export interface Response {
  readonly metadata: { readonly stopReason: string };
}

/** Throws when the folder does not hold the library. */
export async function importLibrary(folder: string): Promise<LlamaLibrary> {
  const path = join(folder, "node-llama-cpp", "dist", "library.js");
  const library: unknown = await import(pathToFileURL(path).href);
  if (isLibrary(library)) return library;
  throw new Error(`"${path}" is not the engine's library`);
}

function isLibrary(value: unknown): value is LlamaLibrary {
  return isRecord(value) && typeof value["getLlama"] === "function" && typeof value["LlamaChat"] === "function";
}
