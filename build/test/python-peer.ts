// The Python of the peer tests: a virtual environment with the pinned packages of `test/peers/python/requirements.txt`.

import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cache, root } from "../paths.ts";
import { firstProgram, runCommand } from "../run-command.ts";

const requirements = join(root, "test", "peers", "python", "requirements.txt");
const folder = join(cache, "peers", "python");
/** Holds the requirements that are installed; written last. */
const mark = join(folder, "installed.txt");

export const peerPython = join(folder, "bin", "python");

/** What is missing for the Python peers, or undefined. */
export function missingForPythonPeer(): string | undefined {
  if (existsSync(mark)) return undefined;
  return firstProgram(["python3"]) === undefined
    ? "Python 3 is not on PATH"
    : `its packages are not installed: run "npm test"`;
}

/** Makes the environment unless it holds the pinned packages already. Throws when Python, venv or pip fail. */
export async function installPythonPeer(): Promise<void> {
  const wanted = await readFile(requirements, "utf8");
  if (existsSync(mark) && (await readFile(mark, "utf8")) === wanted) return;
  const python = firstProgram(["python3"]);
  if (python === undefined) throw new Error("Python 3 is not on PATH");
  await rm(folder, { recursive: true, force: true });
  await runCommand([python, "-m", "venv", folder]);
  const pip = [peerPython, "-m", "pip", "install", "--disable-pip-version-check", "--quiet"];
  await runCommand([
    ...pip,
    "--require-hashes",
    "--only-binary=:all:",
    "--no-binary=nkeys",
    "--requirement",
    requirements,
  ]);
  await writeFile(mark, wanted);
}
