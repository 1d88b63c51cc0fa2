// Bundles for tests of upgrades: of this source under another version, and of programs that stand in for a version that fails in some way.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { packParts } from "../../build/carry/carried-parts.ts";
import { compile } from "../../build/compile/compile.ts";
import { dist } from "../../build/paths.ts";
import { hostTarget } from "../../build/target/target.ts";
import { currentFormat } from "../../src/host/state/format.ts";
import { type ExecutableStamp, executableStampText } from "../../src/host/upgrade/executable-stamp.ts";
import { newKeyPair, parseSecretKey } from "../../src/host/upgrade/minisign-keys.ts";
import { signDigest } from "../../src/host/upgrade/minisign.ts";
import { type BundleSource, writeBundle } from "../../src/host/upgrade/write-bundle.ts";

export interface BundleMaker {
  /** Text of the public key. */
  readonly publicKey: string;
  /** Signs a bundle of the executable, and writes both to `<folder>/<name>.bundle[.minisig]`. Resolves to the bundle's path. */
  make(name: string, executable: string, others?: readonly BundleSource[]): Promise<string>;
  /** A shell script that says to be that version; `body` decides what it does. Resolves to its path. */
  program(version: string, body: string, facts?: Partial<ExecutableStamp>): Promise<string>;
}

export async function bundleMaker(folder: string): Promise<BundleMaker> {
  await mkdir(folder, { recursive: true });
  const pair = newKeyPair();
  const secret = parseSecretKey(pair.secretKey);
  return {
    publicKey: pair.publicKey,
    make: async (name, executable, others = []) => {
      const path = join(folder, `${name}.bundle`);
      const { digest } = await writeBundle(executable, others, path);
      await writeFile(`${path}.minisig`, signDigest(digest, secret, name));
      return path;
    },
    program: async (version, body, facts) => {
      const path = join(folder, `program-${version}-${Bun.hash(body + JSON.stringify(facts)).toString(16)}`);
      const stamp = { version, commit: "test", target: hostTarget().name, stateFormat: currentFormat, ...facts };
      await writeFile(path, `#!/bin/sh\n# ${executableStampText(stamp)}\n${body}\n`, { mode: 0o755 });
      return path;
    },
  };
}

/** This machine's executable from this source, under that version. */
export async function executableOf(version: string, path: string): Promise<void> {
  const target = hostTarget();
  await compile({
    target,
    outfile: path,
    runtime: process.execPath,
    parts: await packParts(target, { natsServer: "auto", say: () => undefined }),
    noticesFile: join(dist, "THIRD-PARTY-NOTICES.txt"),
    version,
    commit: "test",
    sourceTimeS: 1_790_000_000,
  });
}
