// An npm package's archive as the registry has it, into a folder.

import { join } from "node:path";
import { firstProgram, runCommand } from "./run-command.ts";

/** `spec`: `name@version`. Resolves to the archive's path; the folder holds no other. */
export async function packArchive(spec: string, folder: string): Promise<string> {
  const npm = firstProgram(["npm", "npm.cmd"]);
  if (npm === undefined) throw new Error(`Cannot fetch "${spec}": npm is not on PATH`);
  await runCommand([npm, "pack", "--silent", "--pack-destination", folder, spec]);
  const [archive] = [...new Bun.Glob("*.tgz").scanSync(folder)];
  if (archive === undefined) throw new Error(`npm left no package in "${folder}"`);
  return join(folder, archive);
}

/** As npm's lock writes it. */
export function integrityOf(archive: Uint8Array): string {
  return `sha512-${new Bun.CryptoHasher("sha512").update(archive).digest("base64")}`;
}
