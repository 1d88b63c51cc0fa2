// `muster doctor`: looks at everything that agents on this machine need, and says what to do about what is wrong.

import { build } from "../../host/build-facts.ts";
import type { Logger } from "../../telemetry/log.ts";
import type { Examined } from "./check.ts";
import { askRuntimeHere, manifestFacts } from "./circumstances.ts";
import { runStages } from "./examination.ts";
import { knowledgeStage } from "./knowledge-stage.ts";
import { machineStage } from "./machine-stage.ts";
import { modelStage } from "./model-stage.ts";
import { toolStage } from "./tool-stage.ts";

export interface DoctorOptions {
  /** The manifest by name; undefined: that of the runtime, else `defaultFile`. */
  readonly file: string | undefined;
  readonly defaultFile: string;
  readonly dropIn: string | undefined;
  /** What relative paths start from, absolute. */
  readonly folder: string;
  /** Absolute. */
  readonly stateDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Nothing is asked beyond this machine. */
  readonly isOffline: boolean;
  /** How long one model may take to answer. */
  readonly modelLimitMs: number;
  readonly log: Logger;
}

export interface Diagnosis {
  readonly version: string;
  /** ISO 8601, by this machine's clock. */
  readonly at: string;
  readonly offline: boolean;
  readonly manifest: string;
  readonly stateDirectory: string;
  /** In the order in which they are shown. */
  readonly checks: readonly Examined[];
}

/** `tell` hears of each check as soon as it and all before it have ended. Each is bounded in time; never rejects for what it finds. */
export async function diagnose(options: DoctorOptions, tell: (examined: Examined) => void): Promise<Diagnosis> {
  const at = new Date().toISOString();
  const { stateDirectory, isOffline, folder, environment, dropIn } = options;
  const runtime = await askRuntimeHere(stateDirectory);
  const running = runtime.type === "running" ? runtime.status.files[0]?.file : undefined;
  const file = options.file ?? running ?? options.defaultFile;
  const manifest = await manifestFacts({ file, dropIn, folder, environment });
  const circumstances = { ...options, runtime, manifest };
  const checks: Examined[] = [];
  const stages = [machineStage, toolStage, modelStage, knowledgeStage].map((stage) => stage(circumstances));
  await runStages(stages, (examined) => {
    checks.push(examined);
    tell(examined);
  });
  return { version: build.version, at, offline: isOffline, manifest: manifest.file, stateDirectory, checks };
}
