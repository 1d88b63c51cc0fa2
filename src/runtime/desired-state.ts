// What should run: the manifest's good files, and the last good form of the others.

import { statSync } from "node:fs";
import { hostname } from "node:os";
import type { CheckResult } from "../manifest/check-manifest.ts";
import { loadManifestSync, type LoadResult } from "../manifest/load.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { formatProblem, type Problem } from "../manifest/problem.ts";
import type { Sighting } from "../manifest/sighting.ts";
import type { Logger } from "../telemetry/log.ts";
import type { FileStatus } from "./control-protocol.ts";
import { buildLacks } from "./build-lacks.ts";
import { keepLastGood, readLastGood } from "./last-good.ts";
import { ManifestRefused } from "./manifest-refused.ts";
import { SaidFindings } from "./said-findings.ts";

export interface DesiredState {
  readonly manifest: Manifest;
  readonly files: readonly FileStatus[];
  /** Files that exist and of which nothing serves, absolute. */
  readonly badFiles: ReadonlySet<string>;
  readonly seen: Sighting;
}

/** Nothing of the manifest serves. */
export interface NoState extends Omit<DesiredState, "manifest"> {
  readonly problems: readonly Problem[];
}

export interface DesiredStateOptions {
  readonly file: string;
  readonly dropIn?: string;
  readonly stateDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  /** Has something done again when the disk has room. */
  readonly whenRoom?: (retry: () => void) => void;
}

/** Reads the manifest, logs what is wrong in it, and keeps what is good. Throws `ManifestRefused` when nothing of it serves. */
export function loadDesiredState(options: DesiredStateOptions, said = new SaidFindings(options.log)): DesiredState {
  const state = takeDesiredState(options, said);
  if ("problems" in state) throw new ManifestRefused(state.problems);
  return state;
}

/** The same, and no state instead of a throw. */
export function takeDesiredState(options: DesiredStateOptions, said: SaidFindings): DesiredState | NoState {
  const { stateDirectory, log } = options;
  const kept = readLastGood(stateDirectory, log);
  const result = load(options, kept);
  const state = stateOf(result);
  if (!("problems" in state) && !keepLastGood(stateDirectory, result.files, kept, log)) {
    options.whenRoom?.(() => keepLastGood(stateDirectory, result.files, readLastGood(stateDirectory, log), log));
  }
  said.say(result);
  return state;
}

/** Reads a manifest, and neither logs nor keeps anything of it. */
export function lookAtDesiredState(options: DesiredStateOptions): DesiredState | NoState {
  return stateOf(load(options, readLastGood(options.stateDirectory, options.log)));
}

function load(options: DesiredStateOptions, kept: ReadonlyMap<string, string>): LoadResult {
  return loadManifestSync({
    file: options.file,
    ...(options.dropIn === undefined ? {} : { dropIn: options.dropIn }),
    variables: options.environment,
    hostName: hostname(),
    ...buildLacks(),
    // A file that is gone takes its agents with it.
    lastGood: new Map([...kept].filter(([path]) => !isGone(path))),
  });
}

function stateOf(result: LoadResult): DesiredState | NoState {
  const bad = result.files.filter(({ source, state }) => state === "bad" && !isGone(source.path));
  const common = {
    files: fileStatuses(result),
    badFiles: new Set(bad.map(({ source }) => source.path)),
    seen: result.seen,
  };
  const { manifest, problems } = result;
  return manifest === undefined ? { ...common, problems } : { ...common, manifest };
}

/** A file that cannot be looked at is not known to be gone. */
function isGone(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

/** A problem of no file, such as a folder of drop-ins that is not there, is listed under its own name. */
function fileStatuses(result: CheckResult): readonly FileStatus[] {
  const files = result.files.map(({ source, state, problems }) => ({
    file: source.path,
    problems: problems.map(formatProblem),
    usesLastGood: state === "last-good",
  }));
  const known = new Set(result.files.map(({ source }) => source.file));
  const others = result.problems.filter(({ file }) => !known.has(file));
  return [
    ...files,
    ...others.map((problem) => ({ file: problem.file, problems: [formatProblem(problem)], usesLastGood: false })),
  ];
}
