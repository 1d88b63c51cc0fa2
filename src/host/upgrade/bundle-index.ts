// What is in a bundle: its first file, `bundle.json`, names every other file with size and hash. Data from outside, parsed here.

import { maxTarFileBytes } from "../tar-header.ts";
import { UpgradeError } from "./upgrade-error.ts";

export interface BundleFile {
  /** `muster`, `manifests/<path below /etc/muster>` or `models/<name>`. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

export interface BundleIndex {
  /** Semver. */
  readonly version: string;
  readonly commit: string;
  /** The build's target, such as `linux-arm64`. */
  readonly target: string;
  /** The format of the state directory that the executable reads and writes. */
  readonly stateFormat: number;
  /** The executable first. */
  readonly files: readonly BundleFile[];
}

export const indexPath = "bundle.json";
export const executablePath = "muster";
export const manifestsPrefix = "manifests/";
export const modelsPrefix = "models/";
export const maxIndexBytes = 1024 * 1024;

const format = 1;
const maxFiles = 1000;
const maxManifestBytes = 1024 * 1024;
const maxPathBytes = 90;
const maxSegments = 6;
const segment = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;
const semver = /^\d{1,9}\.\d{1,9}\.\d{1,9}(-[0-9A-Za-z.-]{1,40})?$/;
const word = /^[\w.-]{1,64}$/;
/** Below /etc/muster and no business of a bundle: secrets, and the key that bundles are checked with. */
const reserved = /^manifests\/(credentials(\/|$)|upgrade\.pub$)/;

export function encodeIndex({ version, commit, target, stateFormat, files }: BundleIndex): Uint8Array {
  const plain = files.map(({ path, sizeBytes, sha256 }) => ({ path, sizeBytes, sha256 }));
  return new TextEncoder().encode(
    `${JSON.stringify({ format, version, commit, target, stateFormat, files: plain }, null, 2)}\n`,
  );
}

/** Throws an `UpgradeError` for anything but a whole, sane index. */
export function parseIndex(bytes: Uint8Array): BundleIndex {
  const data = parseJson(bytes);
  if (!isRecord(data)) throw damaged("it is no JSON object");
  if (data["format"] !== format) {
    throw damaged(`its format is ${JSON.stringify(data["format"] ?? null)}, this version reads ${format}`);
  }
  const { version, commit, target, stateFormat, files } = data;
  if (typeof version !== "string" || !semver.test(version)) throw damaged("it has no version");
  if (typeof commit !== "string" || !word.test(commit)) throw damaged("it has no commit");
  if (typeof target !== "string" || !word.test(target)) throw damaged("it has no target");
  if (typeof stateFormat !== "number" || !Number.isSafeInteger(stateFormat) || stateFormat < 0) {
    throw damaged("it has no format of the state");
  }
  if (!Array.isArray(files)) throw damaged("it lists no files");
  const index = { version, commit, target, stateFormat, files: files.map(parseFile) };
  checkFiles(index.files);
  return index;
}

/** Throws an `UpgradeError` when a bundle may not hold these files. */
export function checkFiles(files: readonly BundleFile[]): void {
  if (files[0]?.path !== executablePath) throw damaged("its first file is not the executable");
  if (files.length > maxFiles) throw damaged(`it lists more than ${maxFiles} files`);
  const paths = new Set<string>();
  for (const { path, sizeBytes } of files) {
    const problem = pathProblem(path);
    if (problem !== undefined) throw damaged(`the path "${path.slice(0, 120)}" ${problem}`);
    if (paths.has(path.toLowerCase())) throw damaged(`the path "${path}" is there twice`);
    paths.add(path.toLowerCase());
    if (path.startsWith(manifestsPrefix) && sizeBytes > maxManifestBytes) {
      throw damaged(`"${path}" has ${sizeBytes} bytes, at most ${maxManifestBytes} are taken`);
    }
  }
  for (const path of paths) {
    const folder = parents(path).find((parent) => paths.has(parent));
    if (folder !== undefined) throw damaged(`"${folder}" is a file and a folder`);
  }
}

function pathProblem(path: string): string | undefined {
  if (path === executablePath) return undefined;
  const segments = path.split("/");
  if (!segments.every((part) => segment.test(part))) return "is not of letters, digits, dots, dashes and underscores";
  if (Buffer.byteLength(path) > maxPathBytes) return `is over ${maxPathBytes} bytes`;
  if (segments.length > maxSegments) return `is over ${maxSegments} levels deep`;
  if (reserved.test(path)) return "is of a secret or a key, which no bundle brings";
  if (path.startsWith(modelsPrefix)) return segments.length === 2 ? undefined : "is no model's";
  return path.startsWith(manifestsPrefix) ? undefined : "is of no kind that a bundle holds";
}

function parents(path: string): string[] {
  const segments = path.split("/");
  return segments.slice(1).map((_, count) => segments.slice(0, count + 1).join("/"));
}

function parseFile(file: unknown): BundleFile {
  if (!isRecord(file)) throw damaged("a file of it is no JSON object");
  const { path, sizeBytes, sha256 } = file;
  if (typeof path !== "string") throw damaged("a file of it has no path");
  if (
    typeof sizeBytes !== "number" ||
    !Number.isSafeInteger(sizeBytes) ||
    sizeBytes < 0 ||
    sizeBytes > maxTarFileBytes
  ) {
    throw damaged(`the size of "${path.slice(0, 120)}" is impossible`);
  }
  if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256))
    throw damaged(`"${path.slice(0, 120)}" has no hash`);
  return { path, sizeBytes, sha256 };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new UpgradeError("This is no bundle: its index cannot be read", { cause });
  }
}

function damaged(what: string): UpgradeError {
  return new UpgradeError(`The index of the bundle is wrong: ${what}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
