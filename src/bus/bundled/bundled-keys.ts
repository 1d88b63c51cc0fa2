// The NKEYs of a bundled server that authenticates: made once in the state directory, readable by its user only.

import { chmodSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolder, syncFolder, writeWhole } from "../../host/write-whole.ts";
import { BundledServerError } from "./bundled-error.ts";

export interface BundledKey {
  /** Holds the seed on one line; mode 0600. */
  readonly file: string;
  readonly publicKey: string;
}

export interface BundledKeys {
  /** Who serves agents. */
  readonly runtime: BundledKey;
  /** Who calls them. */
  readonly caller: BundledKey;
  /** Further callers, each with a name and a key of its own. */
  readonly named: readonly NamedKey[];
  /** Keys of further callers that cannot be read: those callers are left out. */
  readonly problems: readonly string[];
}

export interface NamedKey extends BundledKey {
  readonly name: string;
}

/** The keys of a folder, made where they are missing. Throws a `BundledServerError` when one of the first two is no key. */
export async function bundledKeys(folder: string): Promise<BundledKeys> {
  const [runtime, caller] = [await key(keyFile(folder, "runtime")), await key(keyFile(folder, "caller"))];
  const [named, problems]: [NamedKey[], string[]] = [[], []];
  for (const name of callerNames(folder)) {
    try {
      named.push({ name, ...(await key(callerFile(folder, name))) });
    } catch (error) {
      if (!(error instanceof BundledServerError)) throw error;
      problems.push(error.message);
    }
  }
  return { runtime, caller, named, problems };
}

/** A key for a further caller, made now. Throws a `BundledServerError` when the name is taken or is none. */
export async function addCallerKey(folder: string, name: string): Promise<NamedKey> {
  if (!callerName.test(name)) throw noName(name);
  if (callerNames(folder).includes(name)) {
    throw new BundledServerError(
      "keys",
      `There is a caller "${name}" already: remove it first, or choose another name`,
    );
  }
  makeFolder(join(folder, callersFolder));
  return { name, ...(await key(callerFile(folder, name))) };
}

/** Throws a `BundledServerError` when there is none of that name. */
export function removeCallerKey(folder: string, name: string): void {
  if (!callerName.test(name)) throw noName(name);
  const names = callerNames(folder);
  if (!names.includes(name)) {
    const known = names.length === 0 ? "none was added" : `there is ${names.join(", ")}`;
    throw new BundledServerError("keys", `There is no caller "${name}"; ${known}`);
  }
  rmSync(callerFile(folder, name));
  syncFolder(join(folder, callersFolder));
}

const callersFolder = "callers";
const callerName = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** Of the further callers, in order. */
function callerNames(folder: string): readonly string[] {
  const path = join(folder, callersFolder);
  if (!existsSync(path)) return [];
  const names = readdirSync(path).flatMap((file) => (file.endsWith(".nk") ? [file.slice(0, -".nk".length)] : []));
  return names.filter((name) => callerName.test(name)).toSorted();
}

function callerFile(folder: string, name: string): string {
  return join(folder, callersFolder, `${name}.nk`);
}

function noName(name: string): BundledServerError {
  const accepted = "1 to 63 characters out of a-z, 0-9, _ and -, starting with a letter or digit";
  return new BundledServerError("keys", `${JSON.stringify(name)} is no name for a caller; write ${accepted}`);
}

/** Where the runtime's key is, from where the callers' is. */
export function runtimeKeyFile(callerKeyFile: string): string {
  return keyFile(dirname(callerKeyFile), "runtime");
}

function keyFile(folder: string, name: "runtime" | "caller"): string {
  return join(folder, `${name}.nk`);
}

async function key(file: string): Promise<BundledKey> {
  const { nkeys } = await import("@nats-io/transport-node");
  const seed = readSeed(file) ?? makeSeed(file, new TextDecoder().decode(nkeys.createUser().getSeed()));
  try {
    return { file, publicKey: nkeys.fromSeed(new TextEncoder().encode(seed)).getPublicKey() };
  } catch (cause) {
    throw noSeed(file, cause);
  }
}

/** Undefined when there is no such file. */
function readSeed(file: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw new BundledServerError("keys", `Cannot read the key "${file}" of the bundled NATS server: ${String(cause)}`, {
      cause,
    });
  }
  const seed = /^\s*(SU[A-Z2-7]{56})\s*$/.exec(text)?.[1];
  if (seed === undefined) throw noSeed(file);
  chmodSync(file, 0o600);
  return seed;
}

/** On disk, whole, before anybody uses it: a key that is lost by a power cut locks out who has copied it. */
function makeSeed(file: string, seed: string): string {
  writeWhole(file, `${seed}\n`);
  return seed;
}

function noSeed(file: string, cause?: unknown): BundledServerError {
  const message = `Not a user's NKEY seed: "${file}". Put it back from a backup, or remove it to have a new one made`;
  return new BundledServerError("keys", message, { cause });
}
