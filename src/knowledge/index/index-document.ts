// One document into the index: what is the same as before stays, and one that cannot be read is named and stops nothing.

import type { FileRow } from "../store/index-rows.ts";
import { type FoundFile, isInPlace } from "../files/find-files.ts";
import type { Embedder, IndexedPassage } from "../contract.ts";
import { embedPassages, type EmbedPorts } from "./embed-passages.ts";
import { hashOf } from "./hash-of.ts";
import { probeText } from "./probe-text.ts";

/** More would make a search slow. */
export const mostPassagesOfIndex = 100_000;

/** A document that is not to be had, or not to be embedded, whatever is tried; its text is for the operator. */
export class DocumentRefused extends Error {
  override readonly name = "DocumentRefused";
}

export interface DocumentPorts extends EmbedPorts {
  /** Its passages, in order. Rejects with `DocumentRefused`, or the signal's reason. */
  readonly read: (path: string, signal: AbortSignal) => Promise<readonly IndexedPassage[]>;
  /** Whether it is the document's own fault that it could not be embedded. */
  readonly isRefusal: (error: unknown) => boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export type DocumentOutcome =
  | { readonly type: "same" }
  | { readonly type: "indexed"; readonly passages: number; readonly embedded: number }
  | { readonly type: "failed"; readonly reason: string };

/** Rejects when the endpoint or the store is at fault, and with the signal's reason: then the document waits. */
export async function indexDocument(
  file: FoundFile,
  known: FileRow | undefined,
  ports: DocumentPorts,
  signal: AbortSignal,
): Promise<DocumentOutcome> {
  const { rows } = ports;
  try {
    const passages = await readInPlace(file, ports, signal);
    const hash = hashOf(JSON.stringify(passages));
    const read = { ...file, hash };
    if (known?.hash === hash && known.error === null) {
      rows.restamp(read);
      return { type: "same" };
    }
    checkRoom(passages.length, rows.counts().passages - (known?.chunks ?? 0));
    const { passages: embedded, asked } = await embedPassages(passages, ports, signal);
    await rows.replace(read, embedded, ports.now());
    return { type: "indexed", passages: embedded.length, embedded: asked };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof DocumentRefused)) {
      if (!ports.isRefusal(error)) throw error;
      await provesItself(ports.embedder, signal);
    }
    const reason = error instanceof Error ? error.message : String(error);
    await rows.fail({ ...file, hash: "" }, reason, ports.now());
    return { type: "failed", reason };
  }
}

/** A model that refuses every text refuses no document: its own fault is thrown, and the document waits. */
async function provesItself(embedder: Embedder, signal: AbortSignal): Promise<void> {
  await embedder.embed([probeText], signal);
  signal.throwIfAborted();
}

/** Looked at before and after: what was read is what stood there. */
async function readInPlace(
  file: FoundFile,
  { read }: DocumentPorts,
  signal: AbortSignal,
): Promise<readonly IndexedPassage[]> {
  const moved = `"${file.path}" leads out of its folder now`;
  if (!(await isInPlace(file))) throw new DocumentRefused(moved);
  const passages = await read(file.path, signal);
  if (!(await isInPlace(file))) throw new DocumentRefused(moved);
  return passages;
}

function checkRoom(wanted: number, taken: number): void {
  if (taken + wanted <= mostPassagesOfIndex) return;
  throw new DocumentRefused(
    `The index is full: it holds ${taken} passages, this document has ${wanted}, and ${mostPassagesOfIndex} are the most`,
  );
}
