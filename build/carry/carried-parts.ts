// Packs all parts for a target, and makes the module that embeds them in the executable.

import { join } from "node:path";
import type { BunPlugin } from "bun";
import type { CarriedPart } from "../../src/host/carried-part.ts";
import { cache } from "../paths.ts";
import type { Target } from "../target/target.ts";
import { packPart } from "./pack-part.ts";
import { partSources, type PartOptions } from "./part-sources.ts";

/** Where a target's packed parts are: the same folder that the program reads when run from source. */
export function carriedFolder(target: Target): string {
  return join(cache, "carried", `${target.os}-${target.arch}${target.libc === undefined ? "" : `-${target.libc}`}`);
}

export async function packParts(target: Target, options: PartOptions): Promise<CarriedPart[]> {
  const parts: CarriedPart[] = [];
  for (const make of partSources) {
    const source = await make(target, options);
    if (source !== undefined) parts.push(packPart(source, carriedFolder(target)));
  }
  return parts;
}

/** Puts a generated module in the place of `src/host/carried-parts.ts`. */
export function carriedPartsPlugin(parts: readonly CarriedPart[]): BunPlugin {
  return {
    name: "carried-parts",
    setup: (build) => {
      build.onLoad({ filter: /[\\/]src[\\/]host[\\/]carried-parts\.ts$/ }, () => ({
        contents: carriedModule(parts),
        loader: "ts",
      }));
    },
  };
}

/** The module's text: each blob an embedded file, the indexes written out. */
export function carriedModule(parts: readonly CarriedPart[]): string {
  const imports = parts.map((part, at) => `import blob${at} from ${JSON.stringify(part.blob)} with { type: "file" };`);
  const entries = parts.map((part, at) => {
    const index = JSON.stringify({ ...part, blob: undefined });
    return `  [${JSON.stringify(part.name)}, { ...${index}, blob: blob${at} }],`;
  });
  return [
    ...imports,
    "const parts = new Map([",
    ...entries,
    "]);",
    "export function carriedPart(name) {",
    "  return parts.get(name);",
    "}",
    "",
  ].join("\n");
}
