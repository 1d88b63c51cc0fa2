// Understands the events of a streamed chat completion.

import type { ModelConfig } from "../../manifest/manifest.ts";
import type { AnswerDecoder } from "../answer.ts";
import type { ChatRequest, ModelToolCall, ModelUsage } from "../contract.ts";
import { ModelError } from "../contract.ts";
import type { JsonRecord } from "../json.ts";
import { countAt, isRecord, parseRecord, recordAt, textAt } from "../json.ts";
import { LineTemplate } from "../line-template.ts";
import type { Meter } from "../meter.ts";
import { eventData } from "../sse.ts";
import { errorIn, saysOverflow } from "../status-failure.ts";
import { StreamedCalls } from "./streamed-calls.ts";

export class OpenAiDecoder implements AnswerDecoder {
  text = "";
  thinking = "";
  readonly calls: ModelToolCall[] = [];
  isComplete = false;
  readonly #streamed = new StreamedCalls();
  #finishReason = "";
  #servedModel = "";
  #usage: JsonRecord | undefined;
  readonly #template = new LineTemplate("content");
  readonly #model: ModelConfig;
  readonly #request: ChatRequest;
  readonly #meter: Meter;

  constructor(model: ModelConfig, request: ChatRequest, meter: Meter) {
    this.#model = model;
    this.#request = request;
    this.#meter = meter;
  }

  skim(lines: string, from: number): number {
    const { text, end } = this.#template.take(lines, from);
    this.text += text;
    return end;
  }

  line(line: string): void {
    const data = eventData(line);
    if (data === undefined) {
      // Some servers answer with a bare error object instead of events.
      if (line.startsWith("{")) throw eventFailure(line);
      return;
    }
    if (data === "[DONE]") {
      if (this.#finishReason === "" && this.#usage === undefined) {
        throw new ModelError("invalid", "The model's answer broke off: it ended without a reason");
      }
      this.calls.push(...this.#streamed.take());
      this.isComplete = true;
      return;
    }
    const event = parseRecord(data);
    if (event === undefined) throw new ModelError("invalid", "The model's answer broke off: an event is no JSON");
    if (event["error"] !== undefined && event["error"] !== null) throw eventFailure(data);
    this.#take(event, line);
  }

  /** Some servers leave the closing `[DONE]` out. */
  endsWell(): boolean {
    this.calls.push(...this.#streamed.take());
    return this.#finishReason !== "";
  }

  usage(): ModelUsage {
    const counts = {
      input: countAt(this.#usage, "prompt_tokens"),
      output: countAt(this.#usage, "completion_tokens"),
      cached: countAt(recordAt(this.#usage, "prompt_tokens_details"), "cached_tokens"),
      servedModel: this.#servedModel,
    };
    const served = { name: this.#model.name, provider: "openai" };
    return this.#meter.usage(served, this.#request, counts, this.#finishReason === "length" ? "length" : "stop");
  }

  #take(event: JsonRecord, line: string): void {
    this.#servedModel ||= textAt(event, "model");
    const choices = event["choices"];
    const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
    if (isRecord(choice)) {
      const delta = recordAt(choice, "delta");
      const text = textAt(delta, "content");
      const thinking = textAt(delta, "reasoning_content") || textAt(delta, "reasoning");
      this.text += text;
      this.thinking += thinking;
      const isCalling = this.#streamed.add(delta?.["tool_calls"]);
      const reason = choice["finish_reason"];
      if (typeof reason === "string") this.#finishReason = reason;
      else if (!isCalling && thinking === "" && !isRecord(event["usage"])) this.#template.learn(line, text);
    }
    const usage = event["usage"];
    if (isRecord(usage)) this.#usage = usage;
  }
}

function eventFailure(data: string): ModelError {
  const { message, code } = errorIn(data);
  const said = (message || code).slice(0, 400);
  return saysOverflow(`${code} ${message}`)
    ? new ModelError("overflow", `The prompt is larger than the model's context: ${said}`)
    : new ModelError("invalid", `The model's answer broke off: ${said}`);
}
