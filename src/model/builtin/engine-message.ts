// What we and the engine's child say to each other: one JSON object a line, on the child's standard input and output.

import { countAt, isRecord, parseRecord, textAt, type JsonRecord } from "../json.ts";

/** First line to the child; everything else waits for its `loaded`. */
export interface LoadMessage {
  readonly type: "load";
  /** Folder that the engine's part was extracted to. */
  readonly folder: string;
  /** The GGUF file. */
  readonly file: string;
  /** Tokens of context wished for; held against the model's own limit. */
  readonly context: number;
  readonly parallel: number;
  readonly threads: number;
}

export interface ChatMessage {
  readonly type: "chat";
  readonly id: number;
  readonly messages: readonly { readonly role: "system" | "user" | "assistant"; readonly text: string }[];
  readonly options: GenerationOptions;
}

export interface GenerationOptions {
  readonly maxOutput?: number;
  readonly temperature?: number;
  readonly seed?: number;
  readonly stop: readonly string[];
  readonly think?: boolean;
  readonly schema?: JsonRecord;
}

/** Answered by `done`, `failed` or `cancelled` of that call, whichever comes first. */
export interface CancelMessage {
  readonly type: "cancel";
  readonly id: number;
}

export type ToEngine = LoadMessage | ChatMessage | CancelMessage;

export type FromEngine =
  | { readonly type: "loaded"; readonly contextTokens: number }
  | { readonly type: "load-failed"; readonly message: string }
  /** Every second while it loads or answers. `steps` grows with each token and each piece of a prompt that was read. */
  | { readonly type: "beat"; readonly steps: number }
  | FromCall;

export type FromCall =
  | { readonly type: "text"; readonly id: number; readonly text: string }
  | { readonly type: "thinking"; readonly id: number; readonly text: string }
  | ({ readonly type: "done"; readonly id: number } & CallCounts)
  | {
      readonly type: "failed";
      readonly id: number;
      readonly kind: "overflow" | "refused" | "invalid";
      readonly message: string;
    }
  | { readonly type: "cancelled"; readonly id: number };

export interface CallCounts {
  readonly inputTokens: number;
  /** Of the input: those that the context held already. */
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly finish: "stop" | "length";
}

/** The longest line in either direction. */
export const maxLineBytes = 20 * 1024 * 1024;

export function encodeMessage(message: ToEngine | FromEngine): string {
  return `${JSON.stringify(message)}\n`;
}

/** A line of the child; undefined when it is none of ours (native code may print too). */
export function parseFromEngine(line: string): FromEngine | undefined {
  const record = parseRecord(line);
  switch (record?.["type"]) {
    case "loaded": {
      const contextTokens = countAt(record, "contextTokens");
      return contextTokens === undefined ? undefined : { type: "loaded", contextTokens };
    }
    case "load-failed":
      return { type: "load-failed", message: textAt(record, "message") };
    case "beat":
      return { type: "beat", steps: countAt(record, "steps") ?? 0 };
    default:
      return parseFromCall(record);
  }
}

function parseFromCall(record: JsonRecord | undefined): FromCall | undefined {
  const id = countAt(record, "id");
  if (record === undefined || id === undefined) return undefined;
  switch (record["type"]) {
    case "text":
      return { type: "text", id, text: textAt(record, "text") };
    case "thinking":
      return { type: "thinking", id, text: textAt(record, "text") };
    case "done":
      return {
        type: "done",
        id,
        inputTokens: countAt(record, "inputTokens") ?? 0,
        cachedTokens: countAt(record, "cachedTokens") ?? 0,
        outputTokens: countAt(record, "outputTokens") ?? 0,
        finish: record["finish"] === "length" ? "length" : "stop",
      };
    case "failed": {
      const kind = record["kind"];
      const known = kind === "overflow" || kind === "refused" ? kind : "invalid";
      return { type: "failed", id, kind: known, message: textAt(record, "message") };
    }
    case "cancelled":
      return { type: "cancelled", id };
    default:
      return undefined;
  }
}

/** A line to the child, which trusts its parent but not the pipe: undefined for what is no message. */
export function parseToEngine(line: string): ToEngine | undefined {
  const record = parseRecord(line);
  switch (record?.["type"]) {
    case "load":
      return {
        type: "load",
        folder: textAt(record, "folder"),
        file: textAt(record, "file"),
        context: countAt(record, "context") ?? 0,
        parallel: countAt(record, "parallel") ?? 1,
        threads: countAt(record, "threads") ?? 1,
      };
    case "chat":
      return parseChat(record);
    case "cancel": {
      const id = countAt(record, "id");
      return id === undefined ? undefined : { type: "cancel", id };
    }
    default:
      return undefined;
  }
}

function parseChat(record: JsonRecord): ChatMessage | undefined {
  const id = countAt(record, "id");
  const { messages, options } = record;
  if (id === undefined || !Array.isArray(messages) || !isRecord(options)) return undefined;
  return {
    type: "chat",
    id,
    messages: messages.filter(isRecord).map((message) => ({ role: roleOf(message), text: textAt(message, "text") })),
    options: parseOptions(options),
  };
}

function parseOptions(options: JsonRecord): GenerationOptions {
  const { maxOutput, temperature, seed, stop, think, schema } = options;
  return {
    stop: Array.isArray(stop) ? stop.filter((text) => typeof text === "string") : [],
    ...(typeof maxOutput === "number" ? { maxOutput } : {}),
    ...(typeof temperature === "number" ? { temperature } : {}),
    ...(typeof seed === "number" ? { seed } : {}),
    ...(typeof think === "boolean" ? { think } : {}),
    ...(isRecord(schema) ? { schema } : {}),
  };
}

function roleOf(message: JsonRecord): "system" | "user" | "assistant" {
  const role = textAt(message, "role");
  return role === "system" || role === "assistant" ? role : "user";
}
