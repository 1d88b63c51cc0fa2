// What should run: the manifest's good files, and the last good form of the others.

import { existsSync } from "node:fs";
import { hostname } from "node:os";
import type { CheckResult } from "../manifest/check-manifest.ts";
import { loadManifestSync } from "../manifest/load.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { formatProblem } from "../manifest/problem.ts";
import type { Logger } from "../telemetry/log.ts";
import type { FileStatus } from "./control-protocol.ts";
import { engineMissing } from "./engine-missing.ts";
import { keepLastGood, readLastGood } from "./last-good.ts";
import { ManifestRefused } from "./manifest-refused.ts";

export interface DesiredState {
  readonly manifest: Manifest;
  readonly files: readonly FileStatus[];
}

export interface DesiredStateOptions {
  readonly file: string;
  readonly dropIn?: string;
  readonly stateDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
}

/** Reads the manifest and logs what is wrong in it. Throws `ManifestRefused` when nothing of it serves. */
export function loadDesiredState(options: DesiredStateOptions): DesiredState {
  const { stateDirectory, log } = options;
  const kept = readLastGood(stateDirectory, log);
  const noEngine = engineMissing();
  const result = loadManifestSync({
    file: options.file,
    ...(options.dropIn === undefined ? {} : { dropIn: options.dropIn }),
    variables: options.environment,
    hostName: hostname(),
    ...(noEngine === undefined ? {} : { engineMissing: noEngine }),
    // A file that is gone takes its agents with it.
    lastGood: new Map([...kept].filter(([path]) => existsSync(path))),
  });
  if (result.manifest === undefined) throw new ManifestRefused(result.problems);
  keepLastGood(stateDirectory, result.files, kept, log);
  logFindings(result, log);
  return { manifest: result.manifest, files: fileStatuses(result) };
}

function logFindings(result: CheckResult, log: Logger): void {
  for (const problem of result.problems) log.error(formatProblem(problem));
  for (const warning of result.warnings) log.warn(formatProblem(warning));
  for (const { source, state } of result.files) {
    if (state === "last-good") log.warn("The last good form of this file serves", { file: source.file });
    if (state === "bad") log.warn("Nothing of this file serves", { file: source.file });
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
