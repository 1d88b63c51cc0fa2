// The library that other programs import: three ES modules for Node, Bun and browsers with their declarations, as a package in `dist/library`.

import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { dist, root } from "../paths.ts";
import { runCommand } from "../run-command.ts";
import { entries, packageJson } from "./package-json.ts";

/** Resolves to the folder. */
export async function writeLibrary(version: string, folder = join(dist, "library")): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await bundle(folder);
  await bundleForBrowsers(folder);
  await writeDeclarations(join(folder, "types"));
  await writeFile(join(folder, "package.json"), `${JSON.stringify(packageJson(version), null, 2)}\n`);
  await cp(join(root, "LICENSE"), join(folder, "LICENSE"));
  await cp(join(root, "docs", "library.md"), join(folder, "README.md"));
  return folder;
}

async function bundle(folder: string): Promise<void> {
  await build({
    entryPoints: entries.map((name) => join(root, "src", "library", `${name}.ts`)),
    outdir: folder,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "neutral",
    target: ["es2022", "node20"],
    external: ["@nats-io/*", "node:*"],
    chunkNames: "parts/[name]-[hash]",
    sourcemap: "linked",
    sourcesContent: false,
    legalComments: "none",
    logLevel: "warning",
  });
}

/** Whole, with the NATS client in it: a page imports it without a bundler. What only Node has is left out. */
async function bundleForBrowsers(folder: string): Promise<void> {
  await build({
    entryPoints: [join(root, "src", "library", "client.ts")],
    outfile: join(folder, "browser", "client.js"),
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    plugins: [withoutNode],
    minify: true,
    keepNames: true,
    sourcemap: "linked",
    sourcesContent: false,
    legalComments: "none",
    logLevel: "warning",
  });
}

/** In a browser these can't be loaded; asking for them says so. */
const withoutNode: Plugin = {
  name: "without-node",
  setup(bundling) {
    bundling.onResolve({ filter: /^(?:node:.*|@nats-io\/transport-node)$/ }, ({ path }) => ({
      path,
      namespace: "node-only",
    }));
    bundling.onLoad({ filter: /.*/, namespace: "node-only" }, () => ({ contents: nodeOnly, loader: "js" }));
  },
};

const nodeOnly = `
throw new Error("Browsers reach NATS by ws:// or wss:// addresses, and write no files");
export let connect, mkdir, writeFile, join, parse, resolve, createHash, createPrivateKey, createPublicKey, sign, verify;
`;

async function writeDeclarations(folder: string): Promise<void> {
  const project = join(root, "build", "library", "tsconfig.json");
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  await runCommand([process.execPath, compiler, "--project", project, "--outDir", folder], { cwd: root });
}
