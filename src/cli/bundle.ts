// `muster bundle`: a signed bundle of an executable, manifests and models, for `muster upgrade` on another machine.

import { chmod, readFile, rm, stat, writeFile } from "node:fs/promises";
import { basename, relative, resolve } from "node:path";
import { manifestsPrefix, modelsPrefix } from "../host/upgrade/bundle-index.ts";
import { newKeyPair, parseSecretKey, type SecretKey } from "../host/upgrade/minisign-keys.ts";
import { signDigest } from "../host/upgrade/minisign.ts";
import { UpgradeError } from "../host/upgrade/upgrade-error.ts";
import { executableStamp } from "../host/upgrade/executable-stamp.ts";
import { type BundleSource, writeBundle } from "../host/upgrade/write-bundle.ts";
import { CommandError, exitCode, usageError } from "./command-error.ts";
import type { Command, Invocation } from "./command.ts";
import type { Terminal } from "./terminal.ts";

export const command: Command = {
  name: "bundle",
  summary: 'Make a signed bundle for "muster upgrade": an executable, manifests, models',
  details: [
    'The signature is minisign\'s and stands beside the bundle in a file of its name with ".minisig": "minisign -Vm BUNDLE -p KEY.pub" verifies it, too. ' +
      'Without --key the bundle is not signed; sign it by "minisign -S -m BUNDLE", as a key with a password needs.',
    "The executable may be of another machine; without one it is this executable. A folder given by --manifests stands for /etc/muster: " +
      "its files replace those of the same name there. Models go to /usr/local/lib/muster/models.",
  ],
  args: [
    {
      name: "EXECUTABLE",
      description: "the executable for the target; default this one",
      isOptional: true,
      complete: "file",
    },
  ],
  options: {
    key: { value: "FILE", description: "the secret key, without a password", complete: "file" },
    output: {
      short: "o",
      value: "FILE",
      description: "where to write it; default muster-<version>-<target>.bundle here",
      complete: "file",
    },
    manifests: {
      value: "PATH",
      isRepeatable: true,
      description: "a manifest, or a folder with agents.yaml, agents.d and what they name",
      complete: "file",
    },
    model: { value: "FILE", isRepeatable: true, description: "a model (GGUF) to bring along", complete: "file" },
    "new-key": {
      value: "NAME",
      description: "make no bundle but a pair of keys: NAME.key, secret, and NAME.pub",
      complete: "none",
    },
  },
  examples: [
    { line: "muster bundle --new-key fleet", does: "fleet.key to sign with, fleet.pub for the machines" },
    {
      line: "muster bundle --key fleet.key --manifests plant/ dist/muster-linux-arm64",
      does: "an upgrade with its manifests",
    },
  ],
  run: bundle,
};

async function bundle(invocation: Invocation, terminal: Terminal): Promise<number> {
  try {
    const keyName = invocation.text("new-key");
    return keyName === undefined ? await makeBundle(invocation, terminal) : await makeKeys(keyName, terminal);
  } catch (error) {
    if (error instanceof UpgradeError || isFileError(error)) {
      throw new CommandError(error.message, exitCode.error, { cause: error });
    }
    throw error;
  }
}

async function makeBundle(invocation: Invocation, terminal: Terminal): Promise<number> {
  const executable = executableOf(invocation.args[0], terminal);
  const secret = await secretKey(invocation.text("key"), terminal);
  const stamp = await executableStamp(executable);
  const name = invocation.text("output") ?? `muster-${stamp.version}-${stamp.target}.bundle`;
  const out = resolve(terminal.folder, name);
  const sources = [
    ...(
      await Promise.all(invocation.texts("manifests").map((path) => manifestsIn(resolve(terminal.folder, path))))
    ).flat(),
    ...invocation.texts("model").map((path) => modelAt(resolve(terminal.folder, path))),
  ];
  // One that is there is of another content.
  await rm(`${out}.minisig`, { force: true });
  const { index, digest } = await writeBundle(executable, sources, out);
  const what = `Muster ${index.version} (${index.commit}) for ${index.target}`;
  if (secret === undefined) {
    terminal.out(`Wrote "${name}": ${what}, ${count(index.files.length)}. Not signed: "minisign -S -m ${name}"\n`);
    return exitCode.ok;
  }
  const comment = `timestamp:${Math.floor(Date.now() / 1000)}\tfile:${basename(out)}\tmuster ${index.version} ${index.target}`;
  await writeFile(`${out}.minisig`, signDigest(digest, secret, comment));
  terminal.out(`Wrote "${name}" and "${name}.minisig": ${what}, ${count(index.files.length)}\n`);
  return exitCode.ok;
}

function executableOf(named: string | undefined, terminal: Terminal): string {
  if (named !== undefined) return resolve(terminal.folder, named);
  if (Bun.isStandaloneExecutable) return process.execPath;
  throw usageError("Run from source, there is no executable to bundle. Name one");
}

async function secretKey(named: string | undefined, terminal: Terminal): Promise<SecretKey | undefined> {
  if (named === undefined) return undefined;
  return parseSecretKey(await readFile(resolve(terminal.folder, named), "utf8"));
}

/** Of a folder all files, but hidden ones; of a file that file, where it belongs by its name. */
async function manifestsIn(path: string): Promise<BundleSource[]> {
  if (!(await stat(path)).isDirectory()) {
    const name = basename(path);
    const place = name === "agents.yaml" ? name : `agents.d/${name}`;
    return [{ path: `${manifestsPrefix}${place}`, from: path }];
  }
  const files = await Array.fromAsync(new Bun.Glob("**/*").scan({ cwd: path, absolute: true, dot: false }));
  if (files.length === 0) throw new UpgradeError(`There are no files in "${path}"`);
  return files
    .sort()
    .map((from) => ({ path: `${manifestsPrefix}${relative(path, from).replaceAll("\\", "/")}`, from }));
}

function modelAt(path: string): BundleSource {
  return { path: `${modelsPrefix}${basename(path)}`, from: path };
}

async function makeKeys(name: string, terminal: Terminal): Promise<number> {
  const path = resolve(terminal.folder, name);
  const { publicKey, secretKey: secret } = newKeyPair();
  await writeFile(`${path}.key`, secret, { mode: 0o600, flag: "wx" });
  await chmod(`${path}.key`, 0o600);
  await writeFile(`${path}.pub`, publicKey, { flag: "wx" });
  terminal.out(
    `Wrote "${name}.key", which signs and has no password: keep it secret, and "${name}.pub", which the machines get: "muster install --upgrade-key ${basename(name)}.pub"\n`,
  );
  return exitCode.ok;
}

function count(files: number): string {
  return `${files} file${files === 1 ? "" : "s"}`;
}

function isFileError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && typeof error.code === "string" && error.code.startsWith("E");
}
