// node-llama-cpp as one JavaScript file, which the engine's child imports from the folder that the part is extracted to.
// It finds its data beside itself: `../llama/*.json`, `../bins/`, and `../../package.json`.

import type { BunPlugin } from "bun";
import { join } from "node:path";
import { engineVersion } from "./release.ts";

export interface Library {
  readonly code: string;
  /** Folders of the npm packages that are in it, absolute. */
  readonly packages: readonly string[];
}

/** Bundles for one platform (`linux-x64`), from the engine's `node_modules`. */
export async function bundleLibrary(modules: string, platform: string): Promise<Library> {
  const built = await Bun.build({
    entrypoints: [join(modules, "node-llama-cpp", "dist", "index.js")],
    target: "bun",
    format: "esm",
    minify: true,
    metafile: true,
    root: modules,
    plugins: [onePlatform(platform)],
  });
  const [output] = built.outputs;
  if (output === undefined) throw new Error("Bundling node-llama-cpp gave no output");
  return { code: await output.text(), packages: packagesOf(Object.keys(built.metafile?.inputs ?? {}), modules) };
}

/** Names this platform's native files, leaves out the others, and drops the check that loads them in a process of its own: ours is one. */
function onePlatform(platform: string): BunPlugin {
  return {
    name: "engine-platform",
    setup(build) {
      build.onResolve({ filter: /^@node-llama-cpp\// }, ({ path }) =>
        path === `@node-llama-cpp/${platform}` ? { path, namespace: "engine" } : { path, external: true },
      );
      build.onLoad({ filter: /.*/, namespace: "engine" }, () => ({ loader: "js", contents: platformModule }));
      build.onLoad({ filter: /[\\/]testBindingBinary\.js$/ }, () => ({ loader: "js", contents: noBinaryTest }));
    },
  };
}

const platformModule = `
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
export function getBinsDir() {
  return {
    binsDir: join(dirname(fileURLToPath(import.meta.url)), "..", "bins"),
    packageVersion: "${engineVersion}",
  };
}`;

const noBinaryTest = "export async function testBindingBinary() { return true; }";

function packagesOf(inputs: readonly string[], modules: string): readonly string[] {
  const names = inputs.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
  return [...new Set(names)].sort().map((name) => join(modules, name));
}
