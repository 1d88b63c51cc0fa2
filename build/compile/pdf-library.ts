// Puts pdf.js into the executable as one compressed file, in the place of `src/knowledge/documents/pdf/pdfjs.ts`: as code among ours it
// would take four times as much, and only a child that reads a PDF needs it.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { BunPlugin } from "bun";
import { cache, root } from "../paths.ts";

const zstdLevel = 19;

/** Bundles and compresses it, and makes the plugin that embeds the file. */
export async function pdfLibraryPlugin(): Promise<BunPlugin> {
  const folder = join(cache, "compile");
  const file = join(folder, "pdfjs.zst");
  await mkdir(folder, { recursive: true });
  await Bun.write(file, Bun.zstdCompressSync(await pdfLibrary(), { level: zstdLevel }));
  return {
    name: "pdf-library",
    setup: (build) => {
      build.onLoad({ filter: /[\\/]src[\\/]knowledge[\\/]documents[\\/]pdf[\\/]pdfjs\.ts$/ }, () => ({
        contents: pdfModule(file),
        loader: "ts",
      }));
    },
  };
}

async function pdfLibrary(): Promise<Uint8Array> {
  const built = await Bun.build({
    entrypoints: [join(root, "src", "knowledge", "documents", "pdf", "pdfjs.ts")],
    target: "bun",
    format: "esm",
    minify: true,
  });
  const [output] = built.outputs;
  if (output === undefined) throw new Error("Bundling pdf.js gave no output");
  return new Uint8Array(await output.arrayBuffer());
}

/** A module is imported by its address: this one's is in memory. */
function pdfModule(file: string): string {
  return [
    `import file from ${JSON.stringify(file)} with { type: "file" };`,
    "const code = Bun.zstdDecompressSync(await Bun.file(file).bytes());",
    'const address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));',
    "export const { getDocument } = await import(address);",
    "",
  ].join("\n");
}
