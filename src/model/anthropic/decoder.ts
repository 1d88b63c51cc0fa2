// Understands the events of a streamed Anthropic message.

import type { ModelConfig } from "../../manifest/manifest.ts";
import type { AnswerDecoder } from "../answer.ts";
import type { ChatRequest, ModelToolCall, ModelUsage } from "../contract.ts";
import { ModelError } from "../contract.ts";
import type { JsonRecord } from "../json.ts";
import { countAt, parseRecord, recordAt, textAt } from "../json.ts";
import { LineTemplate } from "../line-template.ts";
import type { Meter } from "../meter.ts";
import { eventData } from "../sse.ts";
import { errorIn, saysOverflow } from "../status-failure.ts";
import { maxArgumentsLength, maxCallsOfAnswer, toolCall } from "../tool-call.ts";

export class AnthropicDecoder implements AnswerDecoder {
  text = "";
  thinking = "";
  readonly calls: ModelToolCall[] = [];
  isComplete = false;
  /** The call whose block is open. */
  #call: { readonly id: string; readonly name: string; json: string } | undefined;
  #callCount = 0;
  #stopReason = "";
  #servedModel = "";
  #input: number | undefined;
  #cached: number | undefined;
  readonly #template = new LineTemplate("text");
  #output: number | undefined;
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
    if (line.startsWith("event:")) return;
    const data = eventData(line);
    if (data === undefined) {
      if (line.startsWith("{")) throw eventFailure(line);
      return;
    }
    const event = parseRecord(data);
    if (event === undefined) throw new ModelError("invalid", "The model's answer broke off: an event is no JSON");
    this.#take(event, line, data);
  }

  endsWell(): boolean {
    return false;
  }

  usage(): ModelUsage {
    const input = this.#input === undefined ? undefined : this.#input + (this.#cached ?? 0);
    const counts = { input, output: this.#output, cached: this.#cached, servedModel: this.#servedModel };
    const isCut = this.#stopReason === "max_tokens" || this.#stopReason === "model_context_window_exceeded";
    const served = { name: this.#model.name, provider: "anthropic" };
    return this.#meter.usage(served, this.#request, counts, isCut ? "length" : "stop");
  }

  #take(event: JsonRecord, line: string, data: string): void {
    switch (event["type"]) {
      case "message_start":
        this.#servedModel = textAt(recordAt(event, "message"), "model");
        this.#count(recordAt(recordAt(event, "message"), "usage"));
        break;
      case "content_block_start":
        this.#begin(recordAt(event, "content_block"));
        break;
      case "content_block_delta":
        this.#append(recordAt(event, "delta"), line);
        break;
      case "content_block_stop":
        this.#endCall();
        break;
      case "message_delta":
        this.#stopReason = textAt(recordAt(event, "delta"), "stop_reason") || this.#stopReason;
        this.#count(recordAt(event, "usage"));
        break;
      case "message_stop":
        this.isComplete = true;
        break;
      case "error":
        throw eventFailure(data);
      default:
        break;
    }
  }

  #begin(block: JsonRecord | undefined): void {
    if (block?.["type"] !== "tool_use" || ++this.#callCount > maxCallsOfAnswer) return;
    this.#call = { id: textAt(block, "id"), name: textAt(block, "name"), json: "" };
  }

  #append(delta: JsonRecord | undefined, line: string): void {
    const text = textAt(delta, "text");
    this.text += text;
    this.#template.learn(line, text);
    this.thinking += textAt(delta, "thinking");
    if (this.#call === undefined) return;
    this.#call.json += textAt(delta, "partial_json");
    if (this.#call.json.length > maxArgumentsLength)
      throw new ModelError("invalid", "The model's answer broke off: the arguments of a call have no end");
  }

  #endCall(): void {
    if (this.#call === undefined) return;
    const { id, name, json } = this.#call;
    this.calls.push(toolCall(id, name, json));
    this.#call = undefined;
  }

  #count(usage: JsonRecord | undefined): void {
    this.#input = countAt(usage, "input_tokens") ?? this.#input;
    this.#output = countAt(usage, "output_tokens") ?? this.#output;
    const read = countAt(usage, "cache_read_input_tokens");
    if (read !== undefined && read > 0) this.#cached = read;
  }
}

function eventFailure(data: string): ModelError {
  const { message, code } = errorIn(data);
  const said = (message || code).slice(0, 400);
  if (saysOverflow(message)) {
    return new ModelError("overflow", `The prompt is larger than the model's context: ${said}`);
  }
  const isBusy = code === "overloaded_error" || code === "rate_limit_error";
  return isBusy
    ? new ModelError("refused", `The provider is busy: ${said}`, { status: code === "rate_limit_error" ? 429 : 529 })
    : new ModelError("invalid", `The model's answer broke off: ${said}`);
}
