// What `muster add` and `muster remove` share: the manifest as it would be, and what the runtime makes of it.

import { hostname } from "node:os";
import { resolve } from "node:path";
import { serviceVariables } from "../host/unit-reach.ts";
import { dropInFolder, type LoadOptions, type LoadResult, loadManifest } from "../manifest/load.ts";
import { formatProblem } from "../manifest/problem.ts";
import { reloadRuntime, runtimeStatus } from "../runtime/control-client.ts";
import { buildLacks } from "../runtime/build-lacks.ts";
import { askIfRunning } from "./ask-runtime.ts";
import type { Invocation } from "./command.ts";
import { CommandError, exitCode } from "./command-error.ts";
import { manifestFile } from "./manifest-file.ts";
import { planFindings, planText } from "./plan-text.ts";
import type { Terminal } from "./terminal.ts";

export interface ManifestPlace {
  /** Main file, absolute. */
  readonly file: string;
  /** Folder of its drop-ins, absolute. */
  readonly folder: string;
  /** The manifest as it is, or as it would be. */
  load(change?: Pick<LoadOptions, "texts" | "without">): Promise<LoadResult>;
}

/** Where the command line says that the manifest is. */
export function manifestPlace(invocation: Invocation, terminal: Terminal): ManifestPlace {
  const file = resolve(terminal.folder, manifestFile(invocation.text("file"), terminal.folder));
  const dropIn = invocation.text("drop-in");
  const options = { file, ...(dropIn === undefined ? {} : { dropIn: resolve(terminal.folder, dropIn) }) };
  return {
    file,
    folder: dropInFolder(options),
    load: (change = {}) =>
      loadManifest({
        ...options,
        ...change,
        variables: serviceVariables(file, terminal.environment),
        hostName: hostname(),
        ...buildLacks(),
      }),
  };
}

/** Throws a `CommandError` with the problems that the manifest would have and does not have now. */
export function refuseNewProblems(now: LoadResult, then: LoadResult, what: string): void {
  const known = new Set(now.problems.map(formatProblem));
  const fresh = then.problems.map(formatProblem).filter((problem) => !known.has(problem));
  if (fresh.length === 0) return;
  throw new CommandError(`${fresh.join("\n")}\nNothing was changed: ${what}`, exitCode.error);
}

/** Has the runtime of this manifest take the change over, where one runs, and prints what it did. Resolves to the exit code. */
export async function takeOver(place: ManifestPlace, invocation: Invocation, terminal: Terminal): Promise<number> {
  const report = await askIfRunning(invocation, terminal, async (directory) => {
    const { files } = await runtimeStatus(directory);
    return files.some((one) => one.file === place.file) ? reloadRuntime(directory) : undefined;
  });
  if (report === undefined) {
    terminal.err("No runtime of this manifest runs here: it takes effect at the next start\n");
    return exitCode.ok;
  }
  terminal.out(planText(report, terminal));
  terminal.err(terminal.safeErr(planFindings(report)));
  return report.problems.length === 0 ? exitCode.ok : exitCode.error;
}
