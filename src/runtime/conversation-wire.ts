// Conversations as they go over the control socket, and as programs read them; what another process said is checked before it is used.

import type { ConversationEntry, ConversationRecord } from "../memory/conversation-record.ts";
import type { ConversationKey } from "../memory/contract.ts";
import { type PlainMessage, plainMessages } from "../memory/turn-codec.ts";

/** Which one is meant; absent owner: those who do not sign. */
export interface ConversationName {
  readonly agent: string;
  readonly owner?: string;
  readonly session: string;
}

export type ConversationRequest =
  /** Absent agent: of all. */
  | { readonly op: "conversations"; readonly agent?: string }
  | ({ readonly op: "conversation"; readonly action: "read" | "remove" } & ConversationName);

export const conversationOperations = ["conversations", "conversation"] as const;

export interface ListedConversation extends ConversationName {
  readonly store: string;
  readonly turns: number;
  readonly bytes: number;
  /** ISO 8601. */
  readonly created: string;
  readonly used: string;
}

export interface ConversationList {
  readonly conversations: readonly ListedConversation[];
  /** There are more. */
  readonly isCut: boolean;
}

export interface ShownConversation extends ListedConversation {
  /** Oldest first. */
  readonly history: readonly ShownTurn[];
}

export interface ShownTurn {
  /** ISO 8601. */
  readonly at: string;
  /** It is a summary, made by a model, of so many turns. */
  readonly folds?: number;
  readonly messages: readonly PlainMessage[];
}

export function listedConversation(store: string, entry: ConversationEntry): ListedConversation {
  const { agent, owner, conversation } = entry.key;
  return {
    agent,
    ...(owner === undefined ? {} : { owner }),
    session: conversation,
    store,
    turns: entry.turns,
    bytes: entry.bytes,
    created: isoTime(entry.createdMs),
    used: isoTime(entry.usedMs),
  };
}

export function shownConversation(store: string, { entry, turns }: ConversationRecord): ShownConversation {
  const history = turns.map((turn) => ({
    at: isoTime(turn.atMs),
    ...(turn.folds === undefined ? {} : { folds: turn.folds }),
    messages: plainMessages(turn),
  }));
  return { ...listedConversation(store, entry), history };
}

export function keyOf({ agent, owner, session }: ConversationName): ConversationKey {
  return { agent, ...(owner === undefined ? {} : { owner }), conversation: session };
}

/** The request, the text of what is wrong with it, or undefined when it is none of these. */
export function decodeConversationRequest(
  fields: Readonly<Record<string, unknown>>,
): ConversationRequest | string | undefined {
  const { op, action, agent, owner, session } = fields;
  if (op !== "conversations" && op !== "conversation") return undefined;
  if (agent !== undefined && typeof agent !== "string") return '"agent" is not a text';
  if (op === "conversations") return { op, ...(agent === undefined ? {} : { agent }) };
  if (action !== "read" && action !== "remove") return '"action" is neither "read" nor "remove"';
  if (agent === undefined || typeof session !== "string") return '"agent" and "session" are not both texts';
  if (owner !== undefined && typeof owner !== "string") return '"owner" is not a text';
  return { op, action, agent, session, ...(owner === undefined ? {} : { owner }) };
}

export function isConversationList(value: unknown): value is ConversationList {
  return isRecord(value) && Array.isArray(value["conversations"]) && value["conversations"].every(isListed);
}

export function isShownConversation(value: unknown): value is ShownConversation {
  return isListed(value) && "history" in value && Array.isArray(value.history) && value.history.every(isShownTurn);
}

function isListed(value: unknown): value is ListedConversation {
  if (!isRecord(value)) return false;
  const { agent, owner, session, store, turns, bytes, created, used } = value;
  const isNamed = [agent, session, store, created, used].every((text) => typeof text === "string");
  return isNamed && typeof turns === "number" && typeof bytes === "number" && isOptionalText(owner);
}

function isShownTurn(value: unknown): boolean {
  if (!isRecord(value) || typeof value["at"] !== "string") return false;
  if (value["folds"] !== undefined && typeof value["folds"] !== "number") return false;
  return Array.isArray(value["messages"]) && value["messages"].every(isMessage);
}

function isMessage(value: unknown): boolean {
  if (!isRecord(value) || typeof value["text"] !== "string" || typeof value["role"] !== "string") return false;
  const { calls = [], images = [], name } = value;
  return isOptionalText(name) && [calls, images].every((list) => Array.isArray(list) && list.every(isRecord));
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A stamp of a clock that was wrong may be no time at all. */
function isoTime(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString();
}
