// The two NKEYs of a bundled server that authenticates: made once in the state directory, readable by its user only.

import { chmodSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeWhole } from "../../host/write-whole.ts";
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
}

/** The keys of a folder, made where they are missing. Throws a `BundledServerError` for a file that is no key. */
export async function bundledKeys(folder: string): Promise<BundledKeys> {
  return { runtime: await key(folder, "runtime"), caller: await key(folder, "caller") };
}

/** Where the runtime's key is, from where the callers' is. */
export function runtimeKeyFile(callerKeyFile: string): string {
  return keyFile(dirname(callerKeyFile), "runtime");
}

function keyFile(folder: string, name: keyof BundledKeys): string {
  return join(folder, `${name}.nk`);
}

async function key(folder: string, name: keyof BundledKeys): Promise<BundledKey> {
  const { nkeys } = await import("@nats-io/transport-node");
  const file = keyFile(folder, name);
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
