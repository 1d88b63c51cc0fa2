// Finds and reads the main file and its drop-ins, and checks them.

import { lstatSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { checkManifest, type CheckInput, type CheckResult } from "./check-manifest.ts";
import { quoted } from "./describe-value.ts";
import { machineSurroundings, readBytes, reasonOf } from "./machine.ts";
import { decodeFile } from "./decode-file.ts";
import type { ReadFailure } from "./parsed-file.ts";
import type { Problem } from "./problem.ts";
import { maxFileBytes } from "./read-yaml.ts";
import { isDropInName, Sighting } from "./sighting.ts";
import type { Surroundings } from "./surroundings.ts";

export interface LoadOptions {
  /** As the user named it; messages name it so too. */
  readonly file: string;
  /** Folder of drop-ins; default: `agents.d` beside the file, which need not exist. */
  readonly dropIn?: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly hostName: string;
  /** Why this build has no engine for `provider: builtin`, when it has none. */
  readonly engineMissing?: string;
  /** Why this build cannot search documents by meaning, when it cannot. */
  readonly vectorsMissing?: string;
  /** Texts by absolute path that stand in for the files there; a drop-in that is not there is read as if it were. */
  readonly texts?: ReadonlyMap<string, string>;
  /** Drop-ins, by absolute path, that are read as if they were gone. */
  readonly without?: ReadonlySet<string>;
  /** Last good texts by absolute path, to serve while the present ones have problems. */
  readonly lastGood?: ReadonlyMap<string, string>;
}

export interface LoadResult extends CheckResult {
  /** How all looked that was read, the files that the manifest names included. */
  readonly seen: Sighting;
}

/** Reads and checks everything. Never rejects: what can't be read is a problem. */
export function loadManifest(options: LoadOptions): Promise<LoadResult> {
  return Promise.resolve(loadManifestSync(options));
}

/** The same at once: a start has nothing else to do meanwhile. */
export function loadManifestSync(options: LoadOptions): LoadResult {
  const seen = new Sighting();
  const folder = dropInFolder(options);
  seen.folder(folder);
  const dropIns = listDropIns(folder, options);
  const files = [options.file, ...dropIns.names.map((name) => join(folder, name))];
  const inputs = files
    .map((file, index) => readInput(file, index === 0, options, seen))
    .filter((input) => !(dropIns.isListed && hasVanished(input)));
  const result = checkManifest(inputs, seeingSurroundings(machineSurroundings(options), seen));
  return {
    ...result,
    seen,
    problems: [...result.problems, ...dropIns.problems],
    warnings: [...result.warnings, ...dropIns.warnings],
  };
}

/** Where drop-ins are: beside the main file unless another place is named. */
export function dropInFolder({ file, dropIn }: Pick<LoadOptions, "file" | "dropIn">): string {
  return dropIn ?? join(dirname(file), "agents.d");
}

function readInput(file: string, isMain: boolean, options: LoadOptions, seen: Sighting): CheckInput {
  const path = resolve(file);
  seen.file(path);
  const good = options.lastGood?.get(path);
  const input = { file, path, folder: dirname(path), isMain, ...(good === undefined ? {} : { lastGood: good }) };
  const given = options.texts?.get(path);
  if (given !== undefined) return { ...input, text: given };
  const bytes = readBytes(path, maxFileBytes);
  if ("failure" in bytes) return { ...input, text: "", failure: unreadable(bytes.failure, isMain) };
  const decoded = decodeFile(bytes.bytes);
  return "text" in decoded ? { ...input, text: decoded.text } : { ...input, text: "", failure: decoded.failure };
}

/** A drop-in that was listed a moment ago, and was taken away before it was read. A link to nowhere is there. */
function hasVanished({ isMain, failure, path }: CheckInput): boolean {
  return !isMain && failure !== undefined && lstatSync(path, { throwIfNoEntry: false }) === undefined;
}

function unreadable(reason: string, isMain: boolean): ReadFailure {
  const advice = isMain && reason === "no such file" ? '; "muster init" writes one to start from' : "";
  return { line: 1, column: 1, message: `Cannot read the file: ${reason}${advice}` };
}

interface DropIns {
  /** The names are those in the folder, and not those that were last good there. */
  readonly isListed: boolean;
  readonly names: readonly string[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Names in byte order. A folder that was asked for must be there; one that cannot be read holds what was last good in it. */
function listDropIns(folder: string, options: LoadOptions): DropIns {
  const within = (paths: Iterable<string>) =>
    [...paths].filter((path) => dirname(path) === resolve(folder)).map((path) => basename(path));
  const given = within(options.texts?.keys() ?? []);
  const gone = new Set(within(options.without ?? []));
  const inOrder = (names: readonly string[]) =>
    [...new Set([...names, ...given])]
      .filter((name) => isDropInName(name) && !gone.has(name))
      .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => !name.startsWith("."));
  } catch (error) {
    const reason = reasonOf(error);
    if (options.dropIn === undefined && reason === "no such file") {
      return { isListed: true, names: inOrder([]), problems: [], warnings: [] };
    }
    return {
      isListed: false,
      names: inOrder(within(options.lastGood?.keys() ?? [])),
      warnings: [],
      problems: [finding(folder, `Cannot read the folder of drop-ins: ${reason}`, "problem")],
    };
  }
  const ignored = names.filter((name) => /\.(yml|YAML|YML|json)$/.test(name));
  return {
    isListed: true,
    names: inOrder(names),
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

/** The same, noting what is looked at. */
function seeingSurroundings(surroundings: Surroundings, seen: Sighting): Surroundings {
  return {
    ...surroundings,
    readText(path) {
      seen.file(path);
      return surroundings.readText(path);
    },
    listFolders(path) {
      seen.listing(path);
      return surroundings.listFolders(path);
    },
    readTextInside(folder, name) {
      seen.file(join(folder, name));
      return surroundings.readTextInside(folder, name);
    },
    unreadable(path) {
      seen.file(path);
      return surroundings.unreadable(path);
    },
  };
}

function finding(file: string, message: string, severity: Problem["severity"]): Problem {
  return { file, line: 1, column: 1, path: "", message, severity };
}
