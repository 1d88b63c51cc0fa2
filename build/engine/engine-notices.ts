// Licences of what the engine's part carries: llama.cpp, node-llama-cpp, and each package bundled with it.

import { join } from "node:path";
import type { Notice } from "../notices/notice.ts";
import { licenceText } from "../notices/npm-notices.ts";
import { bundleLibrary } from "./bundle-library.ts";
import { installEngine } from "./install-engine.ts";
import { llamaCppVersion } from "./release.ts";

/** Of everything in the part; installs the engine's packages when they aren't there yet. */
export async function engineNotices(): Promise<readonly Notice[]> {
  const modules = await installEngine();
  const { packages } = await bundleLibrary(modules, "linux-x64");
  return packageNotices(packages);
}

/** Of llama.cpp and the packages in these folders. */
export async function packageNotices(folders: readonly string[]): Promise<readonly Notice[]> {
  const llamaCpp = {
    name: "llama.cpp",
    version: llamaCppVersion,
    licence: "MIT",
    text: await Bun.file(join(import.meta.dirname, "LICENSE.llama.cpp")).text(),
    purl: `pkg:github/ggml-org/llama.cpp@v${llamaCppVersion}`,
  };
  return [llamaCpp, ...(await Promise.all(folders.map((folder) => packageNotice(folder))))];
}

/** All notices as one text, for a file beside the native files. */
export function noticesText(notices: readonly Notice[]): string {
  return notices
    .map(({ name, version, licence, text }) => `${name} ${version} (${licence})\n\n${text.trim()}\n`)
    .join(`\n${"-".repeat(80)}\n\n`);
}

async function packageNotice(folder: string): Promise<Notice> {
  const { name, version, license } = readPackage(await Bun.file(join(folder, "package.json")).json(), folder);
  return {
    name,
    version,
    licence: license,
    text: licenceText(folder) ?? `Licensed under ${license}, as its package.json says.\n`,
    purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
  };
}

function readPackage(data: unknown, folder: string): { name: string; version: string; license: string } {
  if (typeof data === "object" && data !== null && "name" in data && "version" in data && "license" in data) {
    const { name, version, license } = data;
    if (typeof name === "string" && typeof version === "string" && typeof license === "string")
      return { name, version, license };
  }
  throw new Error(`Cannot tell the licence of the package in "${folder}": no name, version or license in package.json`);
}
