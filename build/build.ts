// `npm run build`: the executable for this machine, or with `-- --all` for every target and `-- --deb` as Debian packages, with notices, bill of materials and hashes beside it.

import { mkdir, writeFile } from "node:fs/promises";
import { statSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, parseBuildOptions } from "./build-options.ts";
import { packParts } from "./carry/carried-parts.ts";
import { compile } from "./compile/compile.ts";
import { writeHashes } from "./compile/write-hashes.ts";
import { hasDeb } from "./deb/deb-target.ts";
import { writeDeb } from "./deb/write-deb.ts";
import { billOfMaterials } from "./notices/bill-of-materials.ts";
import { allNotices } from "./notices/all-notices.ts";
import { writeLibrary } from "./library/write-library.ts";
import { noticesText } from "./notices/notices-text.ts";
import { dist } from "./paths.ts";
import { sourceCommit, sourceTimeS, sourceVersion } from "./source-stamp.ts";
import { runtimeExecutable } from "./target/runtime.ts";
import { executableName, type Target } from "./target/target.ts";

const say = (line: string): void => console.log(line);

try {
  await buildAll(parseBuildOptions(process.argv.slice(2)));
} catch (error) {
  console.error(`Build failed: ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof AggregateError) for (const cause of error.errors) console.error(String(cause));
  process.exitCode = 1;
}

async function buildAll(options: BuildOptions): Promise<void> {
  await mkdir(dist, { recursive: true });
  const version = await sourceVersion();
  if (options.library) {
    await writeLibrary(version);
    say("dist/library: the package of muster/client, muster/service and muster/protocol");
    return;
  }
  const commit = await sourceCommit();
  const timeS = await sourceTimeS();
  const noticesFile = await writeNotices(version);
  const written: string[] = [];
  for (const target of options.targets) {
    const name = options.isForHere ? localName(target) : executableName(target);
    const startedAt = performance.now();
    const parts = await packParts(target, { natsServer: options.natsServer, say });
    const runtime = await runtimeExecutable(target, say);
    const outfile = join(dist, name);
    await compile({ target, outfile, runtime, parts, noticesFile, version, commit, sourceTimeS: timeS });
    written.push(name);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    say(`dist/${name}: ${(statSync(outfile).size / 1e6).toFixed(1)} MB, ${seconds} s`);
    if (options.deb && hasDeb(target)) {
      const deb = await writeDeb({ target, path: outfile }, version);
      written.push(deb);
      say(`dist/${deb}: ${(statSync(join(dist, deb)).size / 1e6).toFixed(1)} MB`);
    }
  }
  await writeHashes(dist, [...written, "THIRD-PARTY-NOTICES.txt", "muster.cdx.json"]);
}

function localName(target: Target): string {
  return target.os === "windows" ? "muster.exe" : "muster";
}

async function writeNotices(version: string): Promise<string> {
  const notices = await allNotices();
  const path = join(dist, "THIRD-PARTY-NOTICES.txt");
  await writeFile(path, noticesText(notices, version));
  await writeFile(join(dist, "muster.cdx.json"), billOfMaterials(notices, version));
  return path;
}
