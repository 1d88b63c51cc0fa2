// From source to one executable file for a target.

import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { BunPlugin } from "bun";
import type { CarriedPart } from "../../src/host/carried-part.ts";
import { currentFormat } from "../../src/host/state/format.ts";
import { executableStampText } from "../../src/host/upgrade/executable-stamp.ts";
import { carriedPartsPlugin } from "../carry/carried-parts.ts";
import { compress } from "../carry/compress.ts";
import { cache, root } from "../paths.ts";
import type { Target } from "../target/target.ts";
import { leftOutPlugin } from "./left-out.ts";
import { noticesPlugin } from "./notices-plugin.ts";
import { packedLibraries, packedLibrariesPlugin, packLibrary, type PackedLibrary } from "./packed-libraries.ts";

export interface CompileOptions {
  readonly target: Target;
  /** Where to write it. */
  readonly outfile: string;
  /** The Bun runtime to start from. */
  readonly runtime: string;
  readonly parts: readonly CarriedPart[];
  readonly noticesFile: string;
  readonly version: string;
  readonly commit: string;
  readonly sourceTimeS: number;
}

/** Throws with the bundler's messages. The source maps are inside; the copies that the bundler writes beside are not kept. */
export async function compile(options: CompileOptions): Promise<void> {
  const work = join(cache, "compile", `${options.target.name}-${process.pid}`);
  try {
    const outfile = join(work, basename(options.outfile));
    await bundle({ ...options, outfile }, await carried(options, work));
    await rename(outfile, options.outfile);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** What puts the things that are no code of ours, or are packed, in their places. `work` is there until the executable is written. */
async function carried({ parts, noticesFile }: CompileOptions, work: string): Promise<readonly BunPlugin[]> {
  const folder = join(work, "carried");
  await mkdir(folder, { recursive: true });
  const notices = join(folder, "notices.zst");
  await writeFile(notices, compress(await readFile(noticesFile)));
  const libraries: PackedLibrary[] = [];
  for (const specifier of packedLibraries) libraries.push(await packLibrary(specifier, folder));
  return [carriedPartsPlugin(parts), noticesPlugin(notices), packedLibrariesPlugin(libraries), leftOutPlugin()];
}

async function bundle(options: CompileOptions, plugins: readonly BunPlugin[]): Promise<void> {
  const result = await Bun.build({
    entrypoints: [join(root, "src", "main.ts")],
    target: "bun",
    // Bytecode with top-level await and lazy imports works in this combination only.
    format: "esm",
    splitting: true,
    bytecode: true,
    minify: true,
    sourcemap: "inline",
    define: {
      MUSTER_VERSION: JSON.stringify(options.version),
      MUSTER_COMMIT: JSON.stringify(options.commit),
      MUSTER_SOURCE_TIME_S: JSON.stringify(options.sourceTimeS),
      MUSTER_TARGET: JSON.stringify(options.target.name),
      MUSTER_STAMP: JSON.stringify(
        executableStampText({
          version: options.version,
          commit: options.commit,
          target: options.target.name,
          stateFormat: currentFormat,
        }),
      ),
    },
    plugins: [...plugins],
    compile: {
      target: compileTarget(options.target),
      executablePath: options.runtime,
      outfile: options.outfile,
      autoloadDotenv: false,
      autoloadBunfig: false,
      autoloadTsconfig: false,
      autoloadPackageJson: false,
    },
  });
  if (!result.success) throw new AggregateError(result.logs, `Cannot compile for ${options.target.name}`);
}

/** Bun's own name of the target. */
export function compileTarget(target: Target): Bun.Build.CompileTarget {
  const libc = target.libc === undefined ? "" : "-musl";
  return target.os === "linux" ? `bun-linux-${target.arch}${libc}` : `bun-${target.os}-${target.arch}`;
}
