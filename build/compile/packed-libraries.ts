// Packages that few starts need go into the executable as compressed JavaScript: bytecode and source maps would make them twenty times as large.

import type { BunPlugin } from "bun";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { compress } from "../carry/compress.ts";
import { root } from "../paths.ts";
import { leftOutPlugin } from "./left-out.ts";

/** What our own code imports of them, and only when it is needed: unpacking and compiling takes some ms at the first use. */
export const packedLibraries: readonly string[] = [
  "@anthropic-ai/sdk",
  "@cfworker/json-schema",
  "@nats-io/jwt",
  "mqtt",
  "ollama/browser",
  "openai",
  "re2js",
  "unpdf/pdfjs",
];

export interface PackedLibrary {
  /** What an import names. */
  readonly specifier: string;
  /** What it gives. */
  readonly exports: readonly string[];
  /** Path of its code, one CommonJS module that exports it as `library`, as a zstd stream. */
  readonly blob: string;
}

/** Bundles the package with all that it needs, and writes its blob to `folder`. Throws with the bundler's messages. */
export async function packLibrary(specifier: string, folder: string): Promise<PackedLibrary> {
  const importer = join(root, "src", "packed.js");
  const built = await Bun.build({
    entrypoints: [importer],
    files: { [importer]: `export * as library from ${JSON.stringify(specifier)};` },
    target: "bun",
    format: "cjs",
    minify: true,
    plugins: [leftOutPlugin()],
  });
  const [output] = built.outputs;
  if (output === undefined) throw new Error(`Bundling "${specifier}" gave no output`);
  const blob = join(folder, `${specifier.replaceAll(/[^a-z0-9]+/g, "-")}.zst`);
  writeFileSync(blob, compress(`${await output.text()}\n//# sourceURL=${specifier}`));
  return { specifier, exports: await exportsOf(specifier), blob };
}

async function exportsOf(specifier: string): Promise<readonly string[]> {
  const module: unknown = await import(Bun.resolveSync(specifier, root));
  return typeof module === "object" && module !== null ? Object.keys(module) : [];
}

/** Puts the packed ones in the place of the packages wherever they are imported. */
export function packedLibrariesPlugin(libraries: readonly PackedLibrary[]): BunPlugin {
  const texts = new Map(libraries.map((library) => [library.specifier, libraryModule(library)]));
  const namespace = "packed-library";
  return {
    name: "packed-libraries",
    setup: (build) => {
      build.onResolve({ filter: /^[^.]/ }, ({ path }) => (texts.has(path) ? { path, namespace } : undefined));
      build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({ contents: texts.get(path) ?? "", loader: "js" }));
    },
  };
}

/** The module's text: it unpacks and runs the code when it is first imported. */
function libraryModule({ exports, blob }: PackedLibrary): string {
  return [
    'import { readFileSync } from "node:fs";',
    `import blob from ${JSON.stringify(blob)} with { type: "file" };`,
    "const module = { exports: {} };",
    // The bundler's CommonJS is one function expression. Nothing else may hold its text: it is in memory once.
    "const run = (0, eval)(Bun.zstdDecompressSync(readFileSync(blob)).toString());",
    'run(module.exports, import.meta.require, module, "", "");',
    "const { library } = module.exports;",
    `export const { ${exports.filter((name) => name !== "default").join(", ")} } = library;`,
    ...(exports.includes("default") ? ["export default library.default;"] : []),
    "",
  ].join("\n");
}
