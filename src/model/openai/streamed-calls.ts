// Puts together the calls that a chat completion streams in pieces: each piece names its call by index, or by an id of its own.

import type { ModelToolCall } from "../contract.ts";
import { ModelError } from "../contract.ts";
import { countAt, isRecord, recordAt, textAt } from "../json.ts";
import { maxArgumentsLength, maxCallsOfAnswer, toolCall } from "../tool-call.ts";

interface Pieces {
  id: string;
  name: string;
  input: unknown;
}

export class StreamedCalls {
  #calls = new Map<number, Pieces>();
  #length = 0;

  /** Takes the `tool_calls` of a delta. Returns whether there were any. */
  add(deltas: unknown): boolean {
    if (!Array.isArray(deltas) || deltas.length === 0) return false;
    for (const delta of deltas) if (isRecord(delta)) this.#take(delta);
    return true;
  }

  /** All that came, in the order of their indexes. */
  take(): readonly ModelToolCall[] {
    const calls = [...this.#calls].sort(([one], [other]) => one - other);
    this.#calls = new Map();
    return calls.map(([, { id, name, input }]) => toolCall(id, name, input));
  }

  #take(delta: Readonly<Record<string, unknown>>): void {
    const id = textAt(delta, "id");
    const index = countAt(delta, "index") ?? this.#indexOf(id);
    const called = recordAt(delta, "function");
    const call = this.#calls.get(index) ?? { id: "", name: "", input: "" };
    if (!this.#calls.has(index) && this.#calls.size >= maxCallsOfAnswer) return;
    this.#calls.set(index, call);
    call.id ||= id;
    call.name ||= textAt(called, "name");
    const piece = called?.["arguments"];
    if (typeof piece === "string" && typeof call.input === "string") this.#append(call, call.input, piece);
    else if (isRecord(piece)) call.input = piece;
  }

  #append(call: Pieces, before: string, piece: string): void {
    this.#length += piece.length;
    if (this.#length > maxArgumentsLength)
      throw new ModelError("invalid", "The model's answer broke off: the arguments of its calls have no end");
    call.input = before + piece;
  }

  /** Some servers send whole calls without an index: each with an id is one more, and pieces without continue the last. */
  #indexOf(id: string): number {
    const last = this.#calls.size - 1;
    return id === "" ? Math.max(0, last) : last + 1;
  }
}
