// The engine as a part to carry: the library in one file, its data, and the target's native files.

import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { PartSource } from "../carry/part-source.ts";
import { cache } from "../paths.ts";
import type { Target } from "../target/target.ts";
import { bundleLibrary } from "./bundle-library.ts";
import { noticesText, packageNotices } from "./engine-notices.ts";
import { installEngine } from "./install-engine.ts";
import { enginePlatform, engineVersion } from "./release.ts";

/** What to pack for the target; undefined where no engine exists. Installs and bundles on the first call. */
export async function engineSource(
  target: Target,
  say: (line: string) => void = () => undefined,
): Promise<PartSource | undefined> {
  const platform = enginePlatform(target);
  if (platform === undefined) return undefined;
  const modules = await installEngine(say);
  const made = await makeFiles(modules, platform);
  return { name: "engine", version: engineVersion, files: [...made, ...(await nativeFiles(modules, platform))] };
}

/** The files that are made here, in a folder of the cache of their own. */
async function makeFiles(modules: string, platform: string): Promise<PartSource["files"]> {
  const folder = join(cache, "engine", `library-${platform}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const library = await bundleLibrary(modules, platform);
  await writeFile(join(folder, "library.js"), library.code);
  await writeFile(join(folder, "LICENSES.txt"), noticesText(await packageNotices(library.packages)));
  const data = join(modules, "node-llama-cpp", "llama");
  return [
    plainFile("node-llama-cpp/dist/library.js", join(folder, "library.js")),
    plainFile("node-llama-cpp/llama/binariesGithubRelease.json", join(data, "binariesGithubRelease.json")),
    plainFile("node-llama-cpp/llama/llama.cpp.info.json", join(data, "llama.cpp.info.json")),
    plainFile("package.json", join(modules, "node-llama-cpp", "package.json")),
    plainFile("LICENSES.txt", join(folder, "LICENSES.txt")),
  ];
}

async function nativeFiles(modules: string, platform: string): Promise<PartSource["files"]> {
  const bins = join(modules, "@node-llama-cpp", platform, "bins", platform);
  const names = (await readdir(bins)).sort();
  return names.map((name) => plainFile(`node-llama-cpp/bins/${basename(bins)}/${name}`, join(bins, name)));
}

function plainFile(path: string, source: string): PartSource["files"][number] {
  return { path, source, isExecutable: false };
}
