// The audit of approvals: JSON lines in the state directory, on disk before anybody acts on them. Two files, so that they stay bounded.

import { appendFileSync, closeSync, fsyncSync, openSync, readFileSync, readSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, syncFolder } from "../../host/write-whole.ts";
import type { ApprovalRecord } from "./contract.ts";

const folderName = "approvals";
/** Of one file; the older one goes when the newer is full. */
const maxFileBytes = 2 * 1024 * 1024;

export interface ApprovalRecords {
  /** On disk when it returns. Throws what the file system throws. */
  add(record: ApprovalRecord): void;
}

export function approvalRecords(stateDirectory: string): ApprovalRecords {
  const { folder, current, older } = places(stateDirectory);
  return {
    add: (record) => {
      makeFolder(folder);
      if (sizeOf(current) >= maxFileBytes) renameSync(current, older);
      appendLine(current, endsInLine(current) ? JSON.stringify(record) : `\n${JSON.stringify(record)}`);
      syncFolder(folder);
    },
  };
}

/** The latest `count`, oldest first. A line that a power cut tore is left out. */
export function lastApprovals(stateDirectory: string, count: number): readonly ApprovalRecord[] {
  const { current, older } = places(stateDirectory);
  const records = [older, current].flatMap((path) => readText(path).split("\n").flatMap(decode));
  return count === 0 ? [] : records.slice(-count);
}

function places(stateDirectory: string) {
  const folder = join(stateDirectory, folderName);
  return { folder, current: join(folder, "log.jsonl"), older: join(folder, "log.older.jsonl") };
}

function appendLine(path: string, line: string): void {
  const descriptor = openSync(path, "a", 0o600);
  try {
    appendFileSync(descriptor, `${line}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Not after a write that was torn: the next record must not become a part of it. */
function endsInLine(path: string): boolean {
  const size = sizeOf(path);
  if (size === 0) return true;
  const descriptor = openSync(path, "r");
  try {
    const last = Buffer.alloc(1);
    readSync(descriptor, last, 0, 1, size - 1);
    return last.toString() === "\n";
  } finally {
    closeSync(descriptor);
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function readText(path: string): string {
  return sizeOf(path) === 0 ? "" : readFileSync(path, "utf8");
}

function decode(line: string): ApprovalRecord[] {
  try {
    const value: unknown = JSON.parse(line);
    return isApprovalRecord(value) ? [value] : [];
  } catch {
    return []; // Torn, or empty.
  }
}

const words: ReadonlySet<unknown> = new Set(["yes", "no", "always"] satisfies ApprovalRecord["answer"][]);

/** Also of another version: what is printed is there. */
export function isApprovalRecord(value: unknown): value is ApprovalRecord {
  if (typeof value !== "object" || value === null) return false;
  const fields: Partial<Record<string, unknown>> = { ...value };
  const texts = ["time", "asked", "id", "agent", "tool", "action", "by", "turn"];
  return texts.every((name) => typeof fields[name] === "string") && words.has(fields["answer"]);
}
