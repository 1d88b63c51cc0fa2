// Reads a streamed answer: one event of text per network read, whatever the number of records in it.

import type { ModelEvent, ModelToolCall, ModelUsage } from "./contract.ts";
import { ModelError } from "./contract.ts";
import { cutBody } from "./cut-body.ts";
import { streamFailure } from "./fetch-failure.ts";
import { LineSplitter } from "./line-splitter.ts";
import type { Meter } from "./meter.ts";
import { ThinkTags } from "./think-tags.ts";

/** Understands one provider's lines. `text`, `thinking` and `calls` gather until the reader takes them. */
export interface AnswerDecoder {
  text: string;
  thinking: string;
  /** Whole ones only. */
  readonly calls: ModelToolCall[];
  /** True once the provider said that the answer is complete. */
  isComplete: boolean;
  /** Reads lines of the usual form, each with its line feed, from `from` on; returns where the first one stands that is of another. */
  skim(lines: string, from: number): number;
  /** @throws {ModelError} for a line that is none, or that carries the provider's error */
  line(line: string): void;
  /** The body ended: whether the answer may be taken as complete. */
  endsWell(): boolean;
  usage(): ModelUsage;
}

interface BodyReader {
  read(): Promise<{ readonly done: boolean }>;
  cancel(): Promise<void>;
}

/** How long a body may take to end after the answer is complete, so that its connection can be used again. */
const tailMs = 1_000;

/** An answer that has begun. */
export interface OpenAnswer {
  readonly body: ReadableStream<Uint8Array>;
  readonly decoder: AnswerDecoder;
  readonly meter: Meter;
}

/**
 * Yields the events of the answer that `open` asks for, its usage last. Closes the body on every path. Throws what `open` does, `ModelError`, or anything
 * once aborted. `hide` takes secrets out of the provider's words.
 */
export async function* readAnswer(
  open: () => Promise<OpenAnswer>,
  hide: (text: string) => string,
): AsyncGenerator<ModelEvent, void, void> {
  const { body, decoder, meter } = await open();
  const reader = body.getReader();
  const lines = new LineSplitter();
  const tags = new ThinkTags();
  try {
    while (!decoder.isComplete) {
      const read = await reader.read().catch((error: unknown) => {
        throw streamFailure(error);
      });
      const failure = decode(read.value, lines, decoder);
      const { thinking, text } = take(decoder, tags, failure !== undefined);
      if (thinking !== "") {
        meter.pass(thinking);
        yield { type: "thinking", text: thinking };
      }
      if (text !== "") {
        meter.pass(text);
        yield { type: "text", text };
      }
      for (const call of decoder.calls.splice(0)) {
        meter.pass(JSON.stringify(call.input));
        yield { type: "tool-call", call };
      }
      if (failure !== undefined) throw new ModelError(failure.kind, hide(failure.message), failure);
    }
    yield { type: "usage", usage: decoder.usage() };
  } finally {
    closeBody(reader, decoder.isComplete);
  }
}

/** Returns what went wrong instead of throwing it: the text that came before it in the same read is the answer's all the same. */
function decode(bytes: Uint8Array | undefined, lines: LineSplitter, decoder: AnswerDecoder): ModelError | undefined {
  try {
    if (bytes === undefined) finishBody(lines.rest(), decoder);
    else readLines(lines.pushWhole(bytes), decoder);
    return undefined;
  } catch (error) {
    return streamFailure(error);
  }
}

/** @param lines whole ones, each with its line feed */
function readLines(lines: string, decoder: AnswerDecoder): void {
  let at = 0;
  while (at < lines.length) {
    at = decoder.skim(lines, at);
    const end = lines.indexOf("\n", at);
    if (end > at) decoder.line(lines.slice(at, end));
    at = end < 0 ? lines.length : end + 1;
  }
}

function take(decoder: AnswerDecoder, tags: ThinkTags, hasFailed: boolean): { text: string; thinking: string } {
  let { text, thinking } = decoder;
  decoder.text = "";
  decoder.thinking = "";
  if (!tags.isDone && text !== "") {
    const parted = tags.push(text);
    text = parted.text;
    thinking += parted.thinking;
  }
  if (tags.isDone || !(decoder.isComplete || hasFailed)) return { text, thinking };
  const held = tags.end();
  return { text: text + held.text, thinking: thinking + held.thinking };
}

function finishBody(rest: string, decoder: AnswerDecoder): void {
  if (rest.trim() !== "") decoder.line(rest);
  if (!decoder.isComplete && !decoder.endsWell()) {
    throw new ModelError("invalid", "The model's answer broke off: its stream ended before the answer did");
  }
  decoder.isComplete = true;
}

/** A complete answer's body is given a moment to end by itself; any other is cut, which stops the generation. */
function closeBody(reader: BodyReader, isComplete: boolean): void {
  if (!isComplete) {
    cutBody(reader);
    return;
  }
  const timer = setTimeout(cutBody, tailMs, reader);
  timer.unref();
  reader.read().then((read) => {
    clearTimeout(timer);
    if (!read.done) cutBody(reader);
  }, ignoreTail);
}

/** The answer is complete: however its body ends is fine. */
function ignoreTail(): void {
  return;
}
