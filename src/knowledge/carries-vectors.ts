// Whether this executable has sqlite-vec for its machine: where it has not, documents are found by their words alone.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { carriedPart } from "../host/carried-parts.ts";
import { isMusl } from "../host/is-musl.ts";

/** SQLite tells the extension's entry point by this name. */
export const extensionName = "vec0.so";

/** What is told of it, such as `linux-x64-musl`. */
const machine = `${process.platform}-${process.arch}${isMusl() ? "-musl" : ""}`;

/** In words for the operator; undefined: it has it. */
export function vectorsMissing(): string | undefined {
  if (carriedPart("sqlite-vec") !== undefined || packagedExtension() !== undefined) return undefined;
  return `this executable carries no vector search for ${machine}`;
}

/** Run from source without a build before. */
export function packagedExtension(): string | undefined {
  const name = `sqlite-vec-${process.platform}-${process.arch}`;
  const path = join(import.meta.dirname, "..", "..", "node_modules", name, extensionName);
  return !isMusl() && existsSync(path) ? path : undefined;
}
