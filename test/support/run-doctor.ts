// `muster doctor` run in a folder of its own, and what it says.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRecord, type JsonRecord, parseRecord } from "../../src/model/json.ts";
import { fromSource } from "./muster.ts";
import { type ProgramResult, runProgram } from "./run-program.ts";

/** `manifest`: what `agents.yaml` in the folder is to hold; undefined: as it is. The state directory is `state` there. */
export function runDoctor(folder: string, manifest: string | undefined, ...args: string[]): Promise<ProgramResult> {
  const file = join(folder, "agents.yaml");
  if (manifest !== undefined) writeFileSync(file, manifest);
  return runProgram([...fromSource, "doctor", "-f", file, "--state", join(folder, "state"), ...args], {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder },
  });
}

/** `result: text` of one check of a report in JSON, a line each. */
export function linesOf({ stdout }: ProgramResult, check: string): readonly string[] {
  const found = recordsOf(parseRecord(stdout)?.["checks"]).find((one) => one["check"] === check);
  return recordsOf(found?.["findings"]).map(({ result, text }) => `${String(result)}: ${String(text)}`);
}

function recordsOf(value: unknown): readonly JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
