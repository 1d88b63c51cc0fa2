// What all checks build on: which manifest, which state directory, and the runtime that may hold it.

import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { isServiceManifest, readUnitDropIns, serviceVariables, unitReach } from "../../host/unit-reach.ts";
import { type LoadResult, loadManifest } from "../../manifest/load.ts";
import { formatProblem } from "../../manifest/problem.ts";
import type { Logger } from "../../telemetry/log.ts";
import { ControlError, runtimeStatus } from "../control-client.ts";
import type { RuntimeStatus } from "../control-protocol.ts";
import { buildLacks } from "../build-lacks.ts";
import type { ManifestFacts } from "./manifest-facts.ts";

/** What the checks are made from. */
export interface Circumstances {
  readonly stateDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isOffline: boolean;
  readonly modelLimitMs: number;
  readonly log: Logger;
  readonly runtime: RuntimeAnswer;
  readonly manifest: ManifestFacts;
}

export type RuntimeAnswer =
  | { readonly type: "running"; readonly status: RuntimeStatus }
  | { readonly type: "none" }
  /** One listens and does not tell: this user may not ask, or it hangs. */
  | { readonly type: "closed" | "silent"; readonly reason: string };

const askMs = 5_000;

/** Asks the runtime of a state directory. Never rejects. */
export async function askRuntimeHere(stateDirectory: string, limitMs = askMs): Promise<RuntimeAnswer> {
  try {
    return { type: "running", status: await runtimeStatus(stateDirectory, limitMs) };
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    if (!error.isRunning) return { type: "none" };
    return { type: isRefused(error.cause) ? "closed" : "silent", reason: error.message };
  }
}

function isRefused(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "EACCES";
}

export interface ManifestChoice {
  /** As the user named it, or the default that was found. */
  readonly file: string;
  readonly dropIn: string | undefined;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Reads the manifest as the service would, where it is the service's. Never rejects. */
export async function manifestFacts(choice: ManifestChoice): Promise<ManifestFacts> {
  const path = resolve(choice.folder, choice.file);
  const loaded = await loadManifest({
    file: path,
    ...(choice.dropIn === undefined ? {} : { dropIn: resolve(choice.folder, choice.dropIn) }),
    variables: serviceVariables(path, choice.environment),
    hostName: hostname(),
    ...buildLacks(),
  });
  return factsOf(path, loaded);
}

function factsOf(path: string, loaded: LoadResult): ManifestFacts {
  const { manifest, problems, warnings, seen } = loaded;
  return {
    file: path,
    isAbsent: !existsSync(path),
    ...(manifest === undefined ? {} : { manifest }),
    problems: problems.map(formatProblem),
    warnings: warnings.map((warning) => formatProblem({ ...warning, severity: "problem" })),
    files: seen.files(),
    isService: isServiceManifest(path),
    reach: isServiceManifest(path) ? unitReach(seen.files(), readUnitDropIns()) : { hidden: [], dropIn: undefined },
  };
}
