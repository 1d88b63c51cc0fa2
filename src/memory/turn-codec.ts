// Turns as stores keep them: JSON, images in base64. What comes back is checked: another version, or a broken disk, may have written it.

import type { StoredCall, StoredImage, StoredMessage, StoredTurn } from "./contract.ts";

export function encodeTurn(turn: StoredTurn): string {
  const messages = plainMessages(turn);
  return JSON.stringify(turn.folds === undefined ? messages : { folds: turn.folds, messages });
}

/** As JSON has them. */
export function plainMessages({ messages }: StoredTurn): readonly PlainMessage[] {
  return messages.map(plainMessage);
}

/** A message with its images in base64. */
export interface PlainMessage {
  readonly role: "user" | "assistant" | "tool";
  readonly text: string;
  readonly images?: readonly { readonly mediaType: string; readonly data: string }[];
  readonly calls?: readonly StoredCall[];
  readonly call?: string;
  readonly name?: string;
}

/** Undefined for what is no turn. */
export function decodeTurn(text: string): StoredTurn | undefined {
  try {
    return turnOf(JSON.parse(text));
  } catch {
    return undefined; // Not JSON.
  }
}

/** Of messages as JSON has them, a summary's with `folds` beside them; undefined for what is no turn. */
export function turnOf(value: unknown): StoredTurn | undefined {
  try {
    const folds = isRecord(value) ? value["folds"] : undefined;
    const messages = listOf(isRecord(value) ? value["messages"] : value, messageOf);
    if (messages === undefined || messages.length === 0) return undefined;
    if (!isRecord(value)) return { messages };
    return typeof folds === "number" ? { messages, folds } : undefined;
  } catch {
    return undefined; // Not base64.
  }
}

function plainMessage(message: StoredMessage): PlainMessage {
  if (message.role !== "user") return message;
  if (message.images === undefined) return { role: message.role, text: message.text };
  const images = message.images.map(({ mediaType, data }) => ({
    mediaType,
    data: Buffer.from(data).toString("base64"),
  }));
  return { ...message, images };
}

function messageOf(value: unknown): StoredMessage | undefined {
  if (!isRecord(value)) return undefined;
  const { role, text, images, calls, call, name } = value;
  if (typeof text !== "string") return undefined;
  switch (role) {
    case "user":
      return optionally(images, imageOf, (list) => ({ role, text, ...(list === undefined ? {} : { images: list }) }));
    case "assistant":
      return optionally(calls, callOf, (list) => ({ role, text, ...(list === undefined ? {} : { calls: list }) }));
    case "tool":
      return typeof call === "string" && typeof name === "string" ? { role, call, name, text } : undefined;
    default:
      return undefined;
  }
}

function imageOf(value: unknown): StoredImage | undefined {
  if (!isRecord(value)) return undefined;
  const { mediaType, data } = value;
  if (typeof mediaType !== "string" || typeof data !== "string") return undefined;
  return { mediaType, data: Uint8Array.fromBase64(data) };
}

function callOf(value: unknown): StoredCall | undefined {
  if (!isRecord(value)) return undefined;
  const { id, name, input } = value;
  return typeof id === "string" && typeof name === "string" && isRecord(input) ? { id, name, input } : undefined;
}

/** What `make` makes of a list that may be absent; undefined when one of its items is none. */
function optionally<Item, Made>(
  value: unknown,
  itemOf: (value: unknown) => Item | undefined,
  make: (list: readonly Item[] | undefined) => Made,
): Made | undefined {
  if (value === undefined) return make(undefined);
  const list = listOf(value, itemOf);
  return list === undefined ? undefined : make(list);
}

function listOf<Item>(value: unknown, itemOf: (value: unknown) => Item | undefined): readonly Item[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items = value.map(itemOf).filter((item) => item !== undefined);
  return items.length === value.length ? items : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
