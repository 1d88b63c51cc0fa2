// Finds and reads the main file and its drop-ins, and checks them.

import { readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { checkManifest, type CheckInput, type CheckResult } from "./check-manifest.ts";
import { quoted } from "./describe-value.ts";
import { machineSurroundings, readBytes, reasonOf } from "./machine.ts";
import { decodeFile } from "./decode-file.ts";
import type { ReadFailure } from "./parsed-file.ts";
import type { Problem } from "./problem.ts";
import { maxFileBytes } from "./read-yaml.ts";

export interface LoadOptions {
  /** As the user named it; messages name it so too. */
  readonly file: string;
  /** Folder of drop-ins; default: `agents.d` beside the file, which need not exist. */
  readonly dropIn?: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly hostName: string;
  /** Why this build has no engine for `provider: builtin`, when it has none. */
  readonly engineMissing?: string;
  /** Last good texts by absolute path, to serve while the present ones have problems. */
  readonly lastGood?: ReadonlyMap<string, string>;
}

/** Reads and checks everything. Never rejects: what can't be read is a problem. */
export function loadManifest(options: LoadOptions): Promise<CheckResult> {
  return Promise.resolve(loadManifestSync(options));
}

/** The same at once: a start has nothing else to do meanwhile. */
export function loadManifestSync(options: LoadOptions): CheckResult {
  const folder = options.dropIn ?? join(dirname(options.file), "agents.d");
  const dropIns = listDropIns(folder, options.dropIn !== undefined);
  const files = [options.file, ...dropIns.names.map((name) => join(folder, name))];
  const inputs = files.map((file, index) => readInput(file, index === 0, options.lastGood));
  const result = checkManifest(inputs, machineSurroundings(options));
  return {
    ...result,
    problems: [...result.problems, ...dropIns.problems],
    warnings: [...result.warnings, ...dropIns.warnings],
  };
}

function readInput(file: string, isMain: boolean, lastGood: LoadOptions["lastGood"]): CheckInput {
  const path = resolve(file);
  const good = lastGood?.get(path);
  const input = { file, path, folder: dirname(path), isMain, ...(good === undefined ? {} : { lastGood: good }) };
  const bytes = readBytes(path, maxFileBytes);
  if ("failure" in bytes) return { ...input, text: "", failure: unreadable(bytes.failure, isMain) };
  const decoded = decodeFile(bytes.bytes);
  return "text" in decoded ? { ...input, text: decoded.text } : { ...input, text: "", failure: decoded.failure };
}

function unreadable(reason: string, isMain: boolean): ReadFailure {
  const advice = isMain && reason === "no such file" ? '; "muster init" writes one to start from' : "";
  return { line: 1, column: 1, message: `Cannot read the file: ${reason}${advice}` };
}

interface DropIns {
  readonly names: readonly string[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Names in byte order. A folder that was asked for must be there. */
function listDropIns(folder: string, isAskedFor: boolean): DropIns {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => !name.startsWith("."));
  } catch (error) {
    const reason = reasonOf(error);
    if (!isAskedFor && reason === "no such file") return { names: [], problems: [], warnings: [] };
    return {
      names: [],
      warnings: [],
      problems: [finding(folder, `Cannot read the folder of drop-ins: ${reason}`, "problem")],
    };
  }
  const ignored = names.filter((name) => /\.(yml|YAML|YML|json)$/.test(name));
  return {
    names: names
      .filter((name) => name.endsWith(".yaml"))
      .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    problems: [],
    warnings: ignored.map((name) =>
      finding(
        join(folder, name),
        `Found ${quoted(basename(name))}, which is not read; a drop-in's name ends in .yaml`,
        "warning",
      ),
    ),
  };
}

function finding(file: string, message: string, severity: Problem["severity"]): Problem {
  return { file, line: 1, column: 1, path: "", message, severity };
}
