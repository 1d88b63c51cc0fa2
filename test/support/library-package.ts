// The library as another program gets it: the built package in a folder's `node_modules`, beside the NATS client.

import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeLibrary } from "../../build/library/write-library.ts";
import { root } from "../../build/paths.ts";

export interface LibraryPackage {
  /** Programs below it can import `muster/client` and the others. */
  readonly folder: string;
  /** Of the package itself. */
  readonly packageFolder: string;
  remove(): Promise<void>;
}

export async function installLibrary(): Promise<LibraryPackage> {
  const folder = await mkdtemp(join(tmpdir(), "muster-library-"));
  const modules = join(folder, "node_modules");
  await mkdir(modules, { recursive: true });
  const packageFolder = await writeLibrary("0.0.0-test", join(modules, "muster"));
  await symlink(join(root, "node_modules", "@nats-io"), join(modules, "@nats-io"));
  return { folder, packageFolder, remove: () => rm(folder, { recursive: true, force: true }) };
}
