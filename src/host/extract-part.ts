// A carried part as files on disk: extracted on first use, verified on each, shared between versions by hash.

import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CarriedPart } from "./carried-part.ts";
import { startChild } from "./child-process.ts";
import { ownCommand } from "./own-command.ts";
import { isIntactPart } from "./verify-part.ts";

/** The hidden argument that makes our own executable the extracting child. */
export const extractArgument = "__extract";

/** How a part is unpacked; tests put their own in the place of a child of ours. */
export type Unpack = (part: CarriedPart, folder: string) => Promise<void>;

/**
 * Resolves to the absolute folder that holds the part's files, intact. Extracts when they are missing or damaged; safe when several
 * processes do so at once. Throws with what went wrong (disk full, no permission).
 */
export async function extractPart(
  part: CarriedPart,
  stateDirectory: string,
  unpack: Unpack = unpackInChild,
): Promise<string> {
  const folder = extractedFolder(part, stateDirectory);
  const parent = dirname(folder);
  if (isIntactPart(part, folder)) return folder;
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  await unpack(part, folder);
  removeOlder(parent, part);
  return folder;
}

/** Where a part's files are kept, be they there or not. */
export function extractedFolder(part: Pick<CarriedPart, "name" | "sha256">, stateDirectory: string): string {
  return join(stateDirectory, "carried", `${part.name}-${part.sha256}`);
}

async function unpackInChild(part: CarriedPart, folder: string): Promise<void> {
  const [program, ...args] = ownCommand([extractArgument, part.name, folder]);
  if (program === undefined) throw new Error("Cannot find our own executable");
  const { code, signal, tail } = await startChild({ argv: [program, ...args] }).ended;
  if (code === 0) return;
  throw new Error(
    `Cannot extract "${part.name}" to "${folder}": ${tail || `the extraction ended by ${signal ?? code ?? "itself"}`}`,
  );
}

/** Keeps this version and the one before it, for a step back. */
function removeOlder(parent: string, part: CarriedPart): void {
  const others = readdirSync(parent)
    .filter((name) => name.startsWith(`${part.name}-`) && name !== `${part.name}-${part.sha256}`)
    .map((name) => join(parent, name))
    .sort((a, b) => changedMs(b) - changedMs(a));
  for (const folder of others.slice(1)) rmSync(folder, { recursive: true, force: true });
}

/** 0 for a folder that somebody else has just removed. */
function changedMs(folder: string): number {
  return statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
