// What a scripted answer does: how much it says, how fast, and how it goes wrong.

export interface ScriptedCall {
  readonly name: string;
  /** Text is sent as it is, where the provider's form allows for it. */
  readonly input: Readonly<Record<string, unknown>> | string;
}

export interface Script {
  /** The answer; by default `tokens` pieces. */
  readonly text?: string;
  /** Number of pieces when there is no text. Default 3. */
  readonly tokens?: number;
  /** What each piece says when there is no text. Default "word ". */
  readonly piece?: string;
  readonly thinking?: string;
  /** Tools that it calls, after its text. With none, and no text asked for, it says its pieces. */
  readonly calls?: readonly ScriptedCall[];
  /** What it does in answer after answer, over and over, in place of all the rest. */
  readonly steps?: readonly Script[];
  /** Before the answer's headers. */
  readonly headersAfterMs?: number;
  /** Between pieces. */
  readonly delayMs?: number;
  /** Work on the prompt that holds the server's only slot and goes on after an abort, as a real model server's does. */
  readonly evaluateMs?: number;
  /** Never sends headers. */
  readonly hang?: boolean;
  /** Stops sending after so many pieces and keeps the connection open. */
  readonly stallAfter?: number;
  /** Breaks the connection after so many pieces. */
  readonly dropAfter?: number;
  /** Ends the body cleanly after so many pieces, without saying that the answer is complete. */
  readonly endAfter?: number;
  /** Sends half a record after so many pieces, then ends the body. */
  readonly halfAfter?: number;
  /** Sends an error record after so many pieces. */
  readonly errorAfter?: number;
  /** Keeps the body open after the answer is complete. */
  readonly neverEnd?: boolean;
  readonly errorText?: string;
  /** An error status instead of an answer. */
  readonly status?: number;
  readonly retryAfter?: string;
  /** What it reports as counts; `none` leaves them out. */
  readonly usage?: { readonly input: unknown; readonly output: unknown } | "none";
  readonly finish?: "stop" | "length";
  /** The context length that it claims for the model. */
  readonly contextTokens?: number;
  readonly sees?: boolean;
  /** False: the API refuses tools for this model. */
  readonly takesTools?: boolean;
  /** The API refuses a format, with this status. */
  readonly refusesFormat?: number;
  /** The size that Ollama's list of models gives. */
  readonly sizeBytes?: number;
  /** It is loaded, and takes so much. */
  readonly loadedBytes?: number;
  readonly loadedContext?: number;
  /** Numbers in a vector; default 64. */
  readonly dimension?: number;
  /** What is wrong with its vectors, or how they come: one too few, the last one shorter, a number that is none, only zeros. */
  readonly vectors?: "missing" | "ragged" | "nan" | "zeros" | "base64" | "shuffled" | "text";
  /** False: it only chats. */
  readonly embeds?: boolean;
  /** Not there until pulled. */
  readonly missing?: boolean;
  /** Bytes that a pull reports, in steps. */
  readonly pullBytes?: number;
  readonly pullStepMs?: number;
  readonly pullError?: string;
}

/** A script written into a model's name: `any?tokens=200&delayMs=5`. Undefined when the name carries none. */
export function scriptInName(model: string): Script | undefined {
  const at = model.indexOf("?");
  if (at < 0) return undefined;
  const entries = [...new URLSearchParams(model.slice(at + 1))].map(([key, value]): [string, unknown] => [
    key,
    plain(value),
  ]);
  return Object.fromEntries(entries);
}

export function piecesOf(script: Script): readonly string[] {
  if (script.calls !== undefined && script.text === undefined) return [];
  if (script.text !== undefined) return script.text.match(/\s*\S+|\s+/g) ?? [];
  return Array.from({ length: script.tokens ?? 3 }, () => script.piece ?? "word ");
}

function plain(value: string): unknown {
  if (value === "true" || value === "false") return value === "true";
  return value !== "" && Number.isFinite(Number(value)) ? Number(value) : value;
}
