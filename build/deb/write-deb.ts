// `npm run build -- --deb`: the packages from executables that are built.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { installDocuments } from "../../src/cli/install-documents.ts";
import { dist, root } from "../paths.ts";
import { sourceTimeS } from "../source-stamp.ts";
import type { Target } from "../target/target.ts";
import { debArchitecture, debName } from "./deb-target.ts";
import { debPackage } from "./deb.ts";
import { packageFiles } from "./package-files.ts";

export interface BuiltExecutable {
  readonly target: Target;
  readonly path: string;
}

/** Writes `dist/muster_<version>_<architecture>.deb` and resolves to its name. */
export async function writeDeb({ target, path }: BuiltExecutable, version: string): Promise<string> {
  const architecture = debArchitecture(target);
  if (architecture === undefined) throw new Error(`There is no Debian package for "${target.name}"`);
  const mtimeS = await sourceTimeS();
  const files = await packageFiles({
    version,
    mtimeS,
    executable: path,
    documents: await installDocuments(version),
    notices: await readFile(join(dist, "THIRD-PARTY-NOTICES.txt"), "utf8"),
    changes: await readFile(join(root, "CHANGELOG.md"), "utf8"),
  });
  const name = debName(version, architecture);
  await writeFile(join(dist, name), debPackage({ version, architecture, mtimeS }, files));
  return name;
}
