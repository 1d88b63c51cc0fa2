// Vectors lie in blocks of 1,024, and a search reads every block: those that removals have left half empty are put together.

import type { Database } from "bun:sqlite";

const blockRows = 1024;

/** Of one block after the other, in transactions of their own. The newest block is the one that is filled now. */
export async function compactVectors(database: Database, signal: AbortSignal): Promise<void> {
  const sparse = database
    .query<{ chunk_id: number }, [number]>(
      `SELECT chunk_id FROM vectors_rowids GROUP BY chunk_id
       HAVING count(*) < ? AND chunk_id < (SELECT max(chunk_id) FROM vectors_rowids)`,
    )
    .all(blockRows / 2);
  // One alone costs a search next to nothing.
  if (sparse.length < 2) return;
  for (const { chunk_id: block } of sparse) {
    if (signal.aborted) return;
    moveBlock(database, block);
    await Bun.sleep(0);
  }
}

export function countBlocks(database: Database): number {
  return database.query<{ count: number }, []>("SELECT count(*) AS count FROM vectors_chunks").get()?.count ?? 0;
}

function moveBlock(database: Database, block: number): void {
  const rows = database
    .query<{ id: number; embedding: Uint8Array }, [number]>(
      `SELECT r.rowid AS id, v.embedding AS embedding FROM vectors_rowids r JOIN vectors v ON v.rowid = r.rowid WHERE r.chunk_id = ?`,
    )
    .all(block);
  const remove = database.query("DELETE FROM vectors WHERE rowid = ?");
  const insert = database.query("INSERT INTO vectors (rowid, embedding) VALUES (?, ?)");
  database.transaction(() => {
    for (const { id, embedding } of rows) {
      remove.run(id);
      insert.run(id, embedding);
    }
  })();
}
