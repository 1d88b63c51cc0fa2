// A document's file → the passages that are indexed of it.

import type { KnowledgeConfig } from "../../manifest/knowledge/config.ts";
import type { IndexedPassage } from "../contract.ts";
import { DocumentRefused } from "./index-document.ts";

/** Rejects with `DocumentRefused` where it cannot be read, or with the signal's reason. What reads documents is brought in by the first. */
export async function readPassages(
  path: string,
  { maxFileBytes, chunkTokens, overlapTokens }: KnowledgeConfig,
  signal: AbortSignal,
): Promise<readonly IndexedPassage[]> {
  const { readDocument } = await import("../documents/read-document.ts");
  const { chunkDocument } = await import("../documents/chunk-document.ts");
  const { DocumentError } = await import("../documents/document.ts");
  try {
    const document = await readDocument(path, { maxBytes: maxFileBytes, signal });
    return chunkDocument(document, { maxTokens: chunkTokens, overlap: overlapTokens });
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    throw new DocumentRefused(error.message, { cause: error });
  }
}
