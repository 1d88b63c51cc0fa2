// sqlite-vec as a part to carry: the extension that SQLite loads for vectors.

import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { PartSource } from "../carry/part-source.ts";
import { integrityOf, packArchive } from "../npm-pack.ts";
import { cache } from "../paths.ts";
import { runCommand } from "../run-command.ts";
import type { Target } from "../target/target.ts";
import { type SqliteVecPackage, sqliteVecPackage, sqliteVecVersion } from "./release.ts";

/** SQLite tells the extension's entry point by this name. */
const fileName = "vec0.so";

/** What to pack for the target; undefined where there is none. Fetched into the cache by the first call. */
export async function sqliteVecSource(
  target: Target,
  say: (line: string) => void = () => undefined,
): Promise<PartSource | undefined> {
  const wanted = sqliteVecPackage(target);
  if (wanted === undefined) return undefined;
  const source = join(cache, "sqlite-vec", sqliteVecVersion, wanted.name, fileName);
  if (!existsSync(source)) {
    say(`Fetching ${wanted.name} ${sqliteVecVersion}`);
    await fetchInto(source, wanted);
  }
  return { name: "sqlite-vec", version: sqliteVecVersion, files: [{ path: fileName, source, isExecutable: true }] };
}

async function fetchInto(path: string, wanted: SqliteVecPackage): Promise<void> {
  const work = `${dirname(path)}.work-${process.pid}`;
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  try {
    const archive = await packArchive(`${wanted.name}@${sqliteVecVersion}`, work);
    verifyArchive(await Bun.file(archive).bytes(), wanted);
    await runCommand(["tar", "-xzf", archive], { cwd: work });
    await mkdir(dirname(path), { recursive: true });
    await rename(join(work, "package", fileName), path);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Throws unless it is the one that was pinned. */
export function verifyArchive(archive: Uint8Array, { name, integrity }: SqliteVecPackage): void {
  const found = integrityOf(archive);
  if (found === integrity) return;
  throw new Error(
    `Wrong content of ${name}@${sqliteVecVersion}: ${found}, expected ${integrity} (build/sqlite-vec/release.ts)`,
  );
}
