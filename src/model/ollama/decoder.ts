// Understands the records of an Ollama chat.

import type { ModelConfig } from "../../manifest/manifest.ts";
import type { AnswerDecoder } from "../answer.ts";
import type { ChatRequest, ModelToolCall, ModelUsage } from "../contract.ts";
import { ModelError } from "../contract.ts";
import type { JsonRecord } from "../json.ts";
import { countAt, isRecord, parseRecord, recordAt, textAt } from "../json.ts";
import { LineTemplate } from "../line-template.ts";
import type { Meter } from "../meter.ts";
import { saysOverflow } from "../status-failure.ts";
import { maxCallsOfAnswer, toolCall } from "../tool-call.ts";

export class OllamaDecoder implements AnswerDecoder {
  text = "";
  thinking = "";
  readonly calls: ModelToolCall[] = [];
  isComplete = false;
  #last: JsonRecord | undefined;
  readonly #template = new LineTemplate("content", "created_at");
  readonly #model: ModelConfig;
  readonly #request: ChatRequest;
  readonly #meter: Meter;
  readonly #contextTokens: number | undefined;

  constructor(model: ModelConfig, request: ChatRequest, meter: Meter, contextTokens: number | undefined) {
    this.#model = model;
    this.#request = request;
    this.#meter = meter;
    this.#contextTokens = contextTokens;
  }

  skim(lines: string, from: number): number {
    const { text, end } = this.#template.take(lines, from);
    this.text += text;
    return end;
  }

  line(line: string): void {
    const record = parseRecord(line);
    if (record === undefined) throw new ModelError("invalid", "The model's answer broke off: a record is no JSON");
    const error = textAt(record, "error");
    if (error !== "") throw recordFailure(error);
    const message = recordAt(record, "message");
    const text = textAt(message, "content");
    const thinking = textAt(message, "thinking");
    this.text += text;
    this.thinking += thinking;
    const calls = toolCalls(message);
    this.calls.push(...calls);
    if (record["done"] === true) {
      this.#last = record;
      this.isComplete = true;
    } else if (thinking === "" && calls.length === 0) {
      this.#template.learn(line, text);
    }
  }

  endsWell(): boolean {
    return false;
  }

  /** A count at the limit is a prompt that was cut: an error, not an answer. A full context is an answer that was cut. */
  usage(): ModelUsage {
    const input = countAt(this.#last, "prompt_eval_count");
    const output = countAt(this.#last, "eval_count");
    const limit = this.#contextTokens ?? Infinity;
    if (input !== undefined && input >= limit) {
      throw new ModelError("overflow", `The prompt fills the model's whole context of ${limit} tokens and was cut`);
    }
    const isCut = textAt(this.#last, "done_reason") === "length" || (input ?? 0) + (output ?? 0) >= limit;
    const servedModel = textAt(this.#last, "model");
    const served = { name: this.#model.name, provider: "ollama" };
    return this.#meter.usage(served, this.#request, { input, output, servedModel }, isCut ? "length" : "stop");
  }
}

/** A call comes whole in one record. */
function toolCalls(message: JsonRecord | undefined): readonly ModelToolCall[] {
  const calls = message?.["tool_calls"];
  if (!Array.isArray(calls)) return [];
  return calls.slice(0, maxCallsOfAnswer).map((call: unknown) => {
    const record = isRecord(call) ? call : undefined;
    const called = recordAt(record, "function");
    return toolCall(textAt(record, "id"), textAt(called, "name"), called?.["arguments"]);
  });
}

/** An error inside a stream that began with status 200. */
export function recordFailure(error: string): ModelError {
  return saysOverflow(error)
    ? new ModelError("overflow", `The prompt is larger than the model's context: ${error.slice(0, 400)}`)
    : new ModelError("invalid", `The model's answer broke off: ${error.slice(0, 400)}`);
}
