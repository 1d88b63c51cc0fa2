// What an error status means, with the provider's own words as far as they are short and carry no secret.

import { ModelError } from "./contract.ts";
import { cutBody } from "./cut-body.ts";
import { type Destination, streamFailure } from "./fetch-failure.ts";
import { parseRecord, recordAt, textAt } from "./json.ts";
import { retryAfterSeconds } from "./retry-after.ts";

const maxBodyCharacters = 64 * 1024;
const maxBodyMs = 5_000;
const maxShownCharacters = 400;

const overflowWords =
  /exceeds? the (?:available )?context (?:length|size|window)|context_length_exceeded|maximum context length|prompt is too long|exceed_context_size|input length exceeds/i;

/** Ollama's, from before it loads a model. */
const memoryWords = /requires more system memory \(([\d.]+ \w+)\) than is available \(([\d.]+ \w+)\)/;
const memoryRetryS = 20;

/** The `ModelError` for an answer whose status is none of 200 to 299. Reads and closes its body. */
export async function statusFailure(
  response: Response,
  to: Destination,
  hide: (text: string) => string,
): Promise<ModelError> {
  const body = await boundedText(response);
  const { message, code } = errorIn(body);
  const shown = hide(message).slice(0, maxShownCharacters);
  const said = shown === "" ? "" : `: ${shown}`;
  const options = {
    status: response.status,
    retryAfterS: retryAfterSeconds(response.headers.get("retry-after"), Date.now()),
  };
  if (saysOverflow(`${code} ${message}`)) {
    return new ModelError("overflow", `The prompt is larger than the model's context${said}`, options);
  }
  const memory = memoryWords.exec(message);
  if (memory !== null) {
    const [, needs, has] = memory;
    const text = `${to.title} has too little memory for the model: it needs ${needs ?? ""}, and ${has ?? ""} can be had`;
    return new ModelError("no-memory", text, { ...options, retryAfterS: options.retryAfterS ?? memoryRetryS });
  }
  if (response.status === 404) {
    return new ModelError("not-found", `${to.title} at "${to.shownUrl}" does not have it${said}`, options);
  }
  return new ModelError("refused", `${to.title} at "${to.shownUrl}" answered ${response.status}${said}`, options);
}

/** Whether a provider's error text says that the prompt does not fit. */
export function saysOverflow(text: string): boolean {
  return overflowWords.test(text);
}

/** Message and code of an error object, in any of the shapes that providers use. */
export function errorIn(body: string): { message: string; code: string } {
  const record = parseRecord(body);
  if (record === undefined) return { message: /^\s*</.test(body) ? "" : body.trim(), code: "" };
  const inner = recordAt(record, "error");
  if (inner === undefined) return { message: textAt(record, "error") || textAt(record, "message"), code: "" };
  return { message: textAt(inner, "message"), code: textAt(inner, "code") || textAt(inner, "type") };
}

async function boundedText(response: Response): Promise<string> {
  if (response.body === null) return "";
  const body: ReadableStream<Uint8Array> = response.body;
  const reader = body.getReader();
  const timer = setTimeout(cutBody, maxBodyMs, reader);
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      text += decoder.decode(read.value, { stream: true });
      if (text.length > maxBodyCharacters) break;
    }
  } catch (error) {
    return `${text} (${streamFailure(error).message})`;
  } finally {
    clearTimeout(timer);
    cutBody(reader);
  }
  return text;
}
