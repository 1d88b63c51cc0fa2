// What Ollama says about a model: present, how large a context, whether it sees.

import { ModelError } from "../contract.ts";
import { countAt, isRecord, recordAt } from "../json.ts";
import { contextBytesPerToken } from "../memory-need.ts";
import type { Transport } from "../transport.ts";
import { ollamaClient } from "./client.ts";

export interface ShownModel {
  /** The model's own limit, in tokens. */
  readonly limitTokens: number | undefined;
  readonly sees: boolean | undefined;
  /** Whether its template has a place for tools. */
  readonly takesTools: boolean | undefined;
  /** What each token of context takes of memory; 0 when unknown. */
  readonly contextBytesPerToken: number;
}

/** Looks a model up by its name there; undefined when Ollama has none of that name. */
export async function showModel(
  transport: Transport,
  model: string,
  signal: AbortSignal,
): Promise<ShownModel | undefined> {
  try {
    const client = await ollamaClient(transport, signal);
    const answer: unknown = await client.show({ model });
    return readShown(answer);
  } catch (error) {
    if (error instanceof ModelError && error.kind === "not-found") return undefined;
    throw error;
  }
}

/** Reads the answer of `/api/show`: the limit stands under a key that starts with the model's architecture. */
export function readShown(answer: unknown): ShownModel {
  const record = isRecord(answer) ? answer : undefined;
  const info = recordAt(record, "model_info");
  const key = Object.keys(info ?? {}).find((name) => name.endsWith(".context_length"));
  const values = Object.keys(info ?? {}).map((name) => [name.replace(/^[^.]*\./, ""), countAt(info, name)] as const);
  const capabilities: unknown = record?.["capabilities"];
  return {
    limitTokens: key === undefined ? undefined : countAt(info, key),
    sees: Array.isArray(capabilities) ? capabilities.includes("vision") : undefined,
    takesTools: Array.isArray(capabilities) ? capabilities.includes("tools") : undefined,
    contextBytesPerToken: contextBytesPerToken(new Map(values)),
  };
}
