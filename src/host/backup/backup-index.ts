// The last but one entry of a backup: what is in it, by path, size and hash. Data from outside, parsed here.

import { BackupError } from "./backup-error.ts";
import { isKept } from "./kept-files.ts";

export interface BackupFile {
  /** Relative to the state directory, `/` between folders. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

export interface BackupIndex {
  /** Of the state directory. */
  readonly format: number;
  /** Version of the executable that made the backup. */
  readonly writtenBy: string;
  /** ISO 8601, by the machine's clock. */
  readonly createdAt: string;
  readonly folders: readonly string[];
  readonly files: readonly BackupFile[];
}

/** Where the state's files are in the archive. */
export const statePrefix = "state/";
export const indexPath = "muster-backup.json";
/** SHA-256 of the index, as `sha256sum` writes it: the end of every backup. */
export const digestPath = "muster-backup.sha256";
export const maxIndexBytes = 64 * 1024 * 1024;

export function encodeIndex(index: BackupIndex): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify({ kind: "muster-backup", ...index }, undefined, 1)}\n`);
}

export function digestText(index: Uint8Array): string {
  return `${sha256(index)}  ${indexPath}\n`;
}

export function sha256(bytes: Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
}

/** Throws a `BackupError` for anything but a whole, sane index that fits its digest. */
export function parseIndex(bytes: Uint8Array, digest: Uint8Array): BackupIndex {
  if (new TextDecoder().decode(digest) !== digestText(bytes))
    throw damaged("its list of contents has another checksum");
  const data = parseJson(bytes);
  if (data["kind"] !== "muster-backup") throw damaged("its list of contents is of another kind");
  const { format, writtenBy, createdAt, folders, files } = data;
  if (typeof format !== "number" || !Number.isSafeInteger(format) || format < 0) throw damaged("it names no format");
  if (typeof writtenBy !== "string" || typeof createdAt !== "string") throw damaged("it does not say who made it");
  if (!Array.isArray(folders) || !Array.isArray(files)) throw damaged("its list of contents is incomplete");
  return { format, writtenBy, createdAt, folders: folders.map(checkedPath), files: files.map(parseFile) };
}

/** A path that stays inside, and that a backup may have. Throws a `BackupError` for another. */
export function checkedPath(path: unknown): string {
  const isPlain =
    typeof path === "string" &&
    Buffer.byteLength(path) <= 1024 &&
    !/[\\\u0000-\u001f]/.test(path) &&
    path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
  if (isPlain && isKept(path)) return path;
  throw damaged(`the path ${JSON.stringify(path ?? null).slice(0, 200)} has no place in a state directory`);
}

export function damaged(what: string): BackupError {
  return new BackupError(`This is no whole backup: ${what.replace(/\.+$/, "")}. Nothing was changed`);
}

function parseFile(file: unknown): BackupFile {
  if (!isRecord(file)) throw damaged("its list of contents is incomplete");
  const { sizeBytes, sha256: hash } = file;
  const path = checkedPath(file["path"]);
  if (typeof sizeBytes !== "number" || typeof hash !== "string") throw damaged(`"${path}" has no checksum`);
  return { path, sizeBytes, sha256: hash };
}

function parseJson(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return isRecord(value) ? value : {};
  } catch (cause) {
    throw new BackupError(damaged("its list of contents cannot be read").message, { cause });
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
