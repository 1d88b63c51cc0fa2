// The parts at hand. The build replaces this module by one that embeds them; run from source, they come from the build's cache.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseCarriedIndex } from "./carried-index.ts";
import type { CarriedPart } from "./carried-part.ts";
import { isMusl } from "./is-musl.ts";

const system = process.platform === "win32" ? "windows" : process.platform;
const platform = `${system}-${process.arch}${isMusl() ? "-musl" : ""}`;
const cache = join(import.meta.dirname, "..", "..", ".cache", "carried", platform);

/** The part of that name, or undefined when there is none for this platform. */
export function carriedPart(name: string): CarriedPart | undefined {
  const index = join(cache, `${name}.json`);
  if (!existsSync(index)) return undefined;
  return { ...parseCarriedIndex(readFileSync(index, "utf8")), blob: join(cache, `${name}.zst`) };
}
