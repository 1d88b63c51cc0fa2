// One look at all documents: those that went are forgotten, those that are new or changed are indexed, one after the other.

import { findFiles, type FilesWanted, type FoundFile, isBelow } from "../files/find-files.ts";
import type { FileRow } from "../store/index-rows.ts";
import { type DocumentOutcome, type DocumentPorts, indexDocument } from "./index-document.ts";

/** What was in the way may not have been the document's own. */
const failedAgainMs = 3_600_000;

export interface PassPorts extends DocumentPorts {
  readonly wanted: FilesWanted;
  /** Runs one document's work when it is its turn: of all agents one at a time. */
  readonly inTurn: (work: () => Promise<void>, signal: AbortSignal) => Promise<void>;
  readonly onFound: (found: { readonly waiting: number; readonly notes: readonly string[] }) => void;
  readonly onDocument: (file: FoundFile, outcome: DocumentOutcome, waiting: number) => void;
}

export interface PassResult {
  readonly changed: number;
  readonly removed: number;
}

/** Rejects as `indexDocument`; what was done until then stays. */
export async function indexPass(ports: PassPorts, signal: AbortSignal): Promise<PassResult> {
  const { rows } = ports;
  const found = await findFiles(ports.wanted, signal);
  const known = new Map(rows.files().map((row) => [row.path, row]));
  const due = found.files.filter((file) => isDue(file, known.get(file.path), ports.now()));
  const present = new Set(found.files.map(({ path }) => path));
  const gone = [...known.keys()].filter(
    (path) => !present.has(path) && !found.unlisted.some((folder) => isBelow(path, folder)),
  );
  ports.onFound({ waiting: due.length, notes: found.notes });
  for (const path of gone) {
    signal.throwIfAborted();
    await rows.remove(path, due.length > 0);
  }
  let changed = 0;
  for (const [index, file] of due.entries()) {
    signal.throwIfAborted();
    await ports.inTurn(async () => {
      const outcome = await indexDocument(file, known.get(file.path), ports, signal);
      const before = known.get(file.path);
      const isNews = outcome.type !== "failed" || before?.error !== outcome.reason || before.stamp !== file.stamp;
      if (outcome.type !== "same" && isNews) changed += 1;
      ports.onDocument(file, isNews ? outcome : { type: "same" }, due.length - index - 1);
    }, signal);
  }
  rows.forgetKept();
  return { changed, removed: gone.length };
}

function isDue(file: FoundFile, known: FileRow | undefined, nowMs: number): boolean {
  if (known?.stamp !== file.stamp || known.name !== file.name) return true;
  return known.error !== null && Math.abs(nowMs - known.at_ms) > failedAgainMs;
}
