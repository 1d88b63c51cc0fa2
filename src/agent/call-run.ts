// Runs single calls of a turn. Whatever a tool does, a call has a result that the model can read, and costs no other call.

import type { ModelToolCall } from "../model/contract.ts";
import { boundedText } from "../tool/bounded-text.ts";
import { readArguments } from "../tool/arguments/read-arguments.ts";
import type { Tool, ToolErrorKind, ToolInput, ToolOutput } from "../tool/contract.ts";
import { ToolError } from "../tool/contract.ts";
import { innerContext } from "../telemetry/tracer.ts";
import { callContext, type CallSurroundings, type SaidEvent } from "./call-context.ts";
import type { ToolOutcome } from "./contract.ts";
import { toolOfCall } from "./tool-of-call.ts";
import { withinTime } from "./within-time.ts";
import type { Emit } from "./events-during.ts";
import type { Turn } from "./turn-ports.ts";

export interface CallResult {
  readonly call: ModelToolCall;
  /** What the model reads. */
  readonly text: string;
}

interface Ended {
  readonly text: string;
  readonly error?: ToolErrorKind | "internal";
  /** What the tool took; absent: it took nothing. */
  readonly input?: ToolInput;
}

type TracedCall = Pick<CallSurroundings, "trace" | "spanId">;

/** Of the time that the turn has left. */
const callShare = 0.75;
const mostResultBytes = 64 * 1024;
const leastResultBytes = 1024;
const usualResultBytes = 16 * 1024;

export class CallRun {
  readonly #turn: Turn;
  readonly #signal: AbortSignal;
  readonly #emit: Emit;
  #called: number;
  /** A tool has given the answer. */
  endsTurn = false;
  said = "";

  constructor(turn: Turn, signal: AbortSignal, emit: Emit) {
    this.#turn = turn;
    this.#signal = signal;
    this.#emit = emit;
    this.#called = turn.record.toolCalls();
  }

  /** Rejects only with the signal's reason. */
  async call(call: ModelToolCall): Promise<CallResult> {
    const { id, name, input } = call;
    const { record, span } = this.#turn;
    const startedAt = performance.now();
    const startMs = record.elapsedMs();
    const trace = innerContext(span);
    const spanId = span?.isRecorded === true ? trace?.spanId : undefined;
    this.#emit({ type: "tool-call", call: { id, name, input } });
    const { text, error, input: taken = input } = await this.#end(call, { trace, spanId });
    const isStopped = this.#signal.aborted;
    const bounded = isStopped ? "" : boundedText(text, resultBytes(this.#turn));
    const bytes = Buffer.byteLength(bounded);
    const durationMs = performance.now() - startedAt;
    const outcome: ToolOutcome = {
      ok: error === undefined,
      ...(error === undefined ? {} : { error }),
      durationMs,
      bytes,
    };
    const inputBytes = Buffer.byteLength(JSON.stringify(call.rawInput ?? input));
    record.tool({
      name,
      callId: id,
      outcome: isStopped ? "stopped" : (error ?? "ok"),
      startMs,
      durationMs,
      inputBytes,
      outputBytes: bytes,
      ...(spanId === undefined ? {} : { spanId }),
      ...(isKnown(name, this.#turn) ? {} : { isUnknown: true }),
      input: taken,
      output: bounded,
    });
    this.#signal.throwIfAborted();
    this.#emit({ type: "tool-result", id, name, outcome });
    return { call, text: bounded };
  }

  async #end(call: ModelToolCall, traced: TracedCall): Promise<Ended> {
    try {
      this.#called += 1;
      const { toolCalls } = this.#turn.ports.limits;
      if (this.#called > toolCalls)
        throw new ToolError("limit", `No more than ${toolCalls} calls can be made in a turn`);
      return await this.#run(this.#turn.tools.ofCall(call.name), call, traced);
    } catch (error) {
      if (error instanceof ToolError) return { text: `Error: ${error.message}`, error: error.kind };
      if (!this.#signal.aborted) this.#noteBug(call, error);
      return { text: "Error: The tool broke down. Go on without it", error: "internal" };
    }
  }

  async #run(tool: Tool, call: ModelToolCall, traced: TracedCall): Promise<Ended> {
    const { ports, prompt, end, record } = this.#turn;
    const around = {
      ports,
      prompt,
      end,
      record,
      ...traced,
      emit: this.#emit,
      onSay: (event: SaidEvent) => this.#say(event),
    };
    const input = await readArguments(tool, call.rawInput ?? call.input);
    this.#mustBeNew(tool, input);
    const output = await withinTime(this.#signal, this.#timeMs(), (signal) =>
      tool.run(input, callContext(around, signal)),
    );
    const { text, endsTurn, failed, allowsOnly } = readOutput(output);
    if (allowsOnly !== undefined) this.#turn.tools.narrow(tool.name, allowsOnly);
    this.endsTurn ||= endsTurn === true;
    return { text, input, ...(failed === undefined ? {} : { error: failed }) };
  }

  #mustBeNew(tool: Tool, input: ToolInput): void {
    if (tool.mayRepeat === true || this.#turn.repeats.mayRun(tool.name, input)) return;
    const text = `${tool.name} was called with exactly these arguments twice before. Use what it gave, or call it otherwise`;
    throw new ToolError("limit", text);
  }

  /** So that the model has time to answer when the call has taken all of its own. */
  #timeMs(): number {
    return Math.max(0, this.#turn.overAt - performance.now()) * callShare;
  }

  #say(event: SaidEvent): void {
    if (event.type === "text") this.said += event.text;
    if (event.type === "text") this.#turn.record.text(event.text);
    else this.#turn.record.files();
    this.#emit(event);
  }

  #noteBug({ name }: ModelToolCall, error: unknown): void {
    const stack = error instanceof Error ? error.stack : undefined;
    this.#turn.ports.log.error("Bug: a tool failed in a way that nothing provides for", { tool: name, error, stack });
  }
}

/** Under this name, or one that is taken for it. */
function isKnown(name: string, { tools }: Turn): boolean {
  try {
    toolOfCall(name, tools.all);
    return true;
  } catch (error) {
    if (error instanceof ToolError) return false;
    throw error;
  }
}

/** A tool may have been written by anybody. */
function readOutput(output: ToolOutput | undefined): ToolOutput {
  if (typeof output?.text !== "string") throw new TypeError("A tool resolved to something without text");
  return output;
}

/** About a third of the model's context, so that a result leaves room for the rest. */
function resultBytes({ ports }: Turn): number {
  const contextTokens = ports.model.contextTokens() ?? usualResultBytes;
  return Math.min(mostResultBytes, Math.max(leastResultBytes, contextTokens));
}
