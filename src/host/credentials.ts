// The service's credentials. systemd hands out copies that stay as they were at the start, so that the runtime keeps a folder of its own:
// links to systemd's copies, and in their place files that a reload hands over. The folder's path never changes, its files may.

import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Logger } from "../telemetry/log.ts";
import { credentialPrefix } from "./systemd-unit.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** File names as in the installed credentials folder → their content. */
export type CredentialFiles = ReadonlyMap<string, Uint8Array>;

/** As systemd takes: of one credential, and of all. */
export const maxCredentialsBytes = 1024 * 1024;

export const credentialName = /^[A-Za-z0-9_][A-Za-z0-9_.@-]*$/;

export interface Credentials {
  /** The variables under which the manifest is read. */
  readonly variables: Variables;
  /**
   * Has these in place of the copies of the same names; every other stays. Each file is the old one or the new one, whole. Returns why
   * that cannot be, or undefined. Never throws.
   */
  replace(files: CredentialFiles): string | undefined;
}

/** The folder is `credentials` in `$RUNTIME_DIRECTORY`, made anew. Where it cannot be made, systemd's copies serve as they are. Never throws. */
export function openCredentials(variables: Variables, log: Logger): Credentials {
  const folder = linkedFolder(variables, log);
  if (folder === undefined) return { variables, replace: (files) => (files.size === 0 ? undefined : noFolder) };
  return {
    variables: { ...variables, CREDENTIALS_DIRECTORY: folder },
    replace: (files) => replaceIn(folder, files),
  };
}

/** What an administrator keeps for the service. Undefined where there is no such folder, or it is closed to us. Throws a `RangeError` for too much. */
export function readCredentials(folder: string): CredentialFiles | undefined {
  const names = namesIn(folder)?.filter((name) => credentialName.test(name));
  if (names === undefined) return undefined;
  const files = new Map<string, Uint8Array>();
  let bytes = 0;
  for (const name of names) {
    const path = join(folder, name);
    if (!lstatSync(path).isFile()) continue;
    const content = readFileSync(path);
    bytes += content.length;
    if (bytes > maxCredentialsBytes) {
      throw new RangeError(`Found more than ${maxCredentialsBytes} bytes in "${folder}": as many the service can take`);
    }
    files.set(name, content);
  }
  return files;
}

function linkedFolder(variables: Variables, log: Logger): string | undefined {
  const from = variables["CREDENTIALS_DIRECTORY"] ?? "";
  const [runtimeFolder = ""] = (variables["RUNTIME_DIRECTORY"] ?? "").split(":");
  if (from === "" || runtimeFolder === "") return undefined;
  const folder = join(runtimeFolder, "credentials");
  try {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { mode: 0o700 });
    for (const name of readdirSync(from)) symlinkSync(join(from, name), join(folder, name));
    return folder;
  } catch (error) {
    log.warn("Changed credentials will not be taken over by a reload", { error });
    return undefined;
  }
}

const noFolder =
  "Credentials stay as they were at the start: the unit has no LoadCredential= or no RuntimeDirectory=muster. Restart the service to have it read them";

function replaceIn(folder: string, files: CredentialFiles): string | undefined {
  try {
    for (const [name, content] of files) put(folder, `${credentialPrefix}_${name}`, content);
    return undefined;
  } catch (error) {
    return `Credentials could not all be taken over: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** A file that says the same stays: whoever watches it has nothing to do. */
function put(folder: string, name: string, content: Uint8Array): void {
  const path = join(folder, name);
  if (contentOf(path)?.equals(content) === true) return;
  const beside = join(folder, `.${name}`);
  rmSync(beside, { force: true });
  writeFileSync(beside, content, { mode: 0o400 });
  renameSync(beside, path);
}

function contentOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined; // Not there yet, or not to be read: it is replaced.
  }
}

function namesIn(folder: string): readonly string[] | undefined {
  try {
    return readdirSync(folder);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "EACCES") return undefined;
    throw error;
  }
}
