// Reads and names a part's index: the JSON beside its blob in the build's cache.

import type { CarriedFile, CarriedIndex } from "./carried-part.ts";

/** Parses an index; throws when it isn't one. */
export function parseCarriedIndex(text: string): CarriedIndex {
  const value: unknown = JSON.parse(text);
  if (isCarriedIndex(value)) return value;
  throw new Error("Not the index of a carried part: build again");
}

/** SHA-256 over the files' paths, modes and hashes, lower-case hex: the part's identity. */
export function carriedSha256(files: readonly CarriedFile[]): string {
  const hasher = new Bun.CryptoHasher("sha256");
  for (const file of files) hasher.update(`${file.path}\0${file.isExecutable ? "x" : "-"}\0${file.sha256}\n`);
  return hasher.digest("hex");
}

function isCarriedIndex(value: unknown): value is CarriedIndex {
  return (
    isRecord(value) &&
    typeof value["name"] === "string" &&
    typeof value["version"] === "string" &&
    typeof value["sha256"] === "string" &&
    Array.isArray(value["files"]) &&
    value["files"].every(isCarriedFile)
  );
}

function isCarriedFile(value: unknown): value is CarriedFile {
  return (
    isRecord(value) &&
    typeof value["path"] === "string" &&
    typeof value["sizeBytes"] === "number" &&
    typeof value["sha256"] === "string" &&
    typeof value["isExecutable"] === "boolean"
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
