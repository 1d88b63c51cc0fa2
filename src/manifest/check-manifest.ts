// All files of a manifest → problems, and the manifest of those without any. Pure but for the port it is given; never throws.

import { buildManifest } from "./build-manifest.ts";
import { checkAgents } from "./check-agents.ts";
import { checkBrokers } from "./check-brokers.ts";
import { checkHttp } from "./check-http.ts";
import { checkModels } from "./check-models.ts";
import { checkNats } from "./check-nats.ts";
import { checkOtlp } from "./check-otlp.ts";
import { collectDeclared, type Declared } from "./declared.ts";
import type { Manifest } from "./manifest.ts";
import { parseFile, type ManifestSource, type ParsedFile } from "./parsed-file.ts";
import type { Problem } from "./problem.ts";
import type { Surroundings } from "./surroundings.ts";

export interface CheckInput extends ManifestSource {
  /** The text of this file when it last had no problem; serves while the present one has some. */
  readonly lastGood?: string;
}

/** `good`: the present text serves. `last-good`: the text before it does. `bad`: nothing of this file serves. */
export type FileState = "good" | "last-good" | "bad";

export interface CheckedSource {
  readonly source: CheckInput;
  readonly state: FileState;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

export interface CheckResult {
  /** Of the good files and the last good texts of others; absent when nothing of the main file serves. */
  readonly manifest?: Manifest;
  /** Of the present texts, in order of files and places. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly files: readonly CheckedSource[];
}

/** Main file first, then drop-ins in their order. A file with problems changes nothing for the others. */
export function checkManifest(inputs: readonly CheckInput[], surroundings: Surroundings): CheckResult {
  const present = inputs.map((input) => parseFile(input, surroundings));
  const serving = settle(present, inputs, surroundings);
  const files = present.map((file, index) => ({
    source: inputs[index] ?? { ...file.source },
    state: stateOf(file, serving),
    problems: file.report.problems,
    warnings: file.report.warnings,
  }));
  const problems = files.flatMap((file) => file.problems);
  const warnings = files.flatMap((file) => file.warnings);
  const [main, ...dropIns] = serving.flatMap(({ source, content, scope }) =>
    content === undefined ? [] : [{ source, content, absences: scope?.absences ?? [] }],
  );
  if (main?.source.isMain !== true) return { problems, warnings, files };
  return { manifest: buildManifest(main, dropIns, surroundings), problems, warnings, files };
}

/** Takes files with problems out, or back to their last good text, until those that are left agree with each other. */
function settle(
  present: readonly ParsedFile[],
  inputs: readonly CheckInput[],
  surroundings: Surroundings,
): readonly ParsedFile[] {
  let serving = present;
  for (;;) {
    checkTogether(serving, surroundings);
    const isBad = (file: ParsedFile) => file.report.problems.length > 0;
    if (!serving.some(isBad)) return serving;
    serving = serving.flatMap((file) => {
      if (!isBad(file)) return [file];
      const index = present.indexOf(file);
      const lastGood = inputs[index]?.lastGood;
      if (lastGood === undefined) return [];
      const source = lastGoodOf(file.source, lastGood);
      return [parseFile(source, surroundingsOf(source, surroundings))];
    });
    // Without the main file nothing runs, and what others miss of it is no problem of theirs.
    if (serving[0]?.source.isMain !== true) return [];
  }
}

function lastGoodOf({ file, path, folder, isMain }: ManifestSource, text: string): ManifestSource {
  return { file, path, folder, isMain, text, isLastGood: true };
}

function surroundingsOf({ isLastGood }: ManifestSource, surroundings: Surroundings): Surroundings {
  return isLastGood === true ? { ...surroundings, wasGood: true } : surroundings;
}

function checkTogether(files: readonly ParsedFile[], surroundings: Surroundings): void {
  const declared = collectDeclared(files);
  for (const file of files) {
    const around = surroundingsOf(file.source, surroundings);
    if (file.source.isMain) {
      checkNats(file);
      checkHttp(file);
      checkOtlp(file, around);
      checkBrokers(file);
    }
    checkModels(file, declared, around);
    checkAgents(file, declared, around);
  }
  warnOfNoAgents(files[0], declared);
}

function warnOfNoAgents(main: ParsedFile | undefined, declared: Declared): void {
  if (main?.scope === undefined || declared.agentCount > 0 || declared.isIncomplete) return;
  if (main.report.problems.length === 0)
    main.scope.warning(["agents"], "Found no agents, neither here nor in drop-ins");
}

function stateOf(file: ParsedFile, serving: readonly ParsedFile[]): FileState {
  if (serving.includes(file)) return "good";
  return serving.some(({ source }) => source.path === file.source.path) ? "last-good" : "bad";
}
