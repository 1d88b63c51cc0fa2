// The parts at hand. The build replaces this module by one that embeds them; run from source, they come from the build's cache.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CarriedIndex, CarriedPart } from "./carried-part.ts";

const cache = join(import.meta.dirname, "..", "..", ".cache", "carried", `${platformName()}-${process.arch}`);

/** The part of that name, or undefined when this executable carries none for its platform. */
export function carriedPart(name: string): CarriedPart | undefined {
  const index = join(cache, `${name}.json`);
  if (!existsSync(index)) return undefined;
  return { ...readIndex(index), blob: join(cache, `${name}.zst`) };
}

function platformName(): string {
  return process.platform === "win32" ? "windows" : process.platform;
}

function readIndex(path: string): CarriedIndex {
  // The build wrote it: a parse boundary of our own making.
  const index: CarriedIndex = JSON.parse(readFileSync(path, "utf8"));
  return index;
}
