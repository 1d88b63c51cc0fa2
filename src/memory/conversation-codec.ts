// A whole conversation as one text: for stores that keep it under one key.

import type { RecordedTurn } from "./conversation-record.ts";
import { plainMessages, turnOf } from "./turn-codec.ts";

export interface WholeConversation {
  /** Ms since 1970. */
  readonly createdMs: number;
  readonly usedMs: number;
  /** Oldest first. */
  readonly turns: readonly WholeTurn[];
}

export interface WholeTurn extends RecordedTurn {
  /** Tells whether a turn that was sent again is there already. */
  readonly id: string;
}

export function encodeConversation({ createdMs, usedMs, turns }: WholeConversation): Uint8Array {
  const plain = turns.map((turn) => ({
    id: turn.id,
    at: turn.atMs,
    ...(turn.folds === undefined ? {} : { folds: turn.folds }),
    messages: plainMessages(turn),
  }));
  return new TextEncoder().encode(JSON.stringify({ version: 1, created: createdMs, used: usedMs, turns: plain }));
}

/** Undefined for what is none, or of a newer version. A turn in it that is none is left out. */
export function decodeConversation(bytes: Uint8Array): WholeConversation | undefined {
  const value = parse(bytes);
  if (typeof value !== "object" || value === null) return undefined;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const { version, created, used, turns } = fields;
  if (version !== 1 || typeof created !== "number" || typeof used !== "number" || !Array.isArray(turns))
    return undefined;
  return { createdMs: created, usedMs: used, turns: turns.flatMap(wholeTurn) };
}

function wholeTurn(value: unknown): readonly WholeTurn[] {
  if (typeof value !== "object" || value === null) return [];
  const { id, at, messages, folds }: { id?: unknown; at?: unknown; messages?: unknown; folds?: unknown } = { ...value };
  const turn = turnOf(folds === undefined ? messages : { folds, messages });
  return typeof id === "string" && typeof at === "number" && turn !== undefined ? [{ ...turn, id, atMs: at }] : [];
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined; // Not JSON.
  }
}
