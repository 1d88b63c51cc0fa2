// `muster run`: the agents of a manifest, until a signal.

import { resolve } from "node:path";
import { chooseStateDirectory, StateDirectoryError } from "../host/state-directory.ts";
import { BundledServerError } from "../bus/bundled/bundled-error.ts";
import type { WatchMode } from "../manifest/watch.ts";
import { ManifestRefused } from "../runtime/manifest-refused.ts";
import { type Runtime, startRuntime } from "../runtime/runtime.ts";
import { RecentLines } from "../telemetry/recent-lines.ts";
import { stderrLog } from "../telemetry/stderr-log.ts";
import type { LogFormat } from "../telemetry/log-line.ts";
import type { LogLevel } from "../telemetry/log.ts";
import { CommandError, exitCode, usageError } from "./command-error.ts";
import type { Command, Invocation } from "./command.ts";
import { dropInOption, fileOption, stateOption } from "./common-options.ts";
import { manifestFile } from "./manifest-file.ts";
import type { Terminal } from "./terminal.ts";

const levels = ["debug", "info", "warn", "error"] as const satisfies readonly LogLevel[];
const formats = ["human", "json"] as const satisfies readonly LogFormat[];

const watchModes = ["auto", "poll", "off"] as const satisfies readonly WatchMode[];

/** How long turns may go on after the first signal. */
const drainMs = 30_000;

export const command: Command = {
  name: "run",
  summary: "Run the agents of a manifest until stopped",
  details: [
    "Ctrl-C or SIGTERM stops it: no more prompts are taken, running turns get 30 s to finish. A second signal ends it at once.",
    'Changes of the manifest and its drop-ins take effect within a second, as after SIGHUP or "muster reload": agents that did not change are left alone, and a file with a problem changes nothing.',
    "The log goes to standard error: for people on a terminal, JSON lines otherwise. Prompts and answers are not logged unless asked for.",
  ],
  args: [],
  options: {
    ...fileOption,
    ...stateOption,
    ...dropInOption,
    watch: {
      value: "HOW",
      description: `how changes of the manifest are noticed: ${watchModes.join(", ")}; default auto`,
      complete: watchModes,
    },
    "log-level": { value: "LEVEL", description: `${levels.join(", ")}; default info`, complete: levels },
    "log-format": { value: "FORMAT", description: `${formats.join(" or ")}; default by terminal`, complete: formats },
    "log-prompts": {
      description: "log prompts and answers too, and keep them and what tools were called with in traces",
    },
  },
  examples: [
    { line: "muster run", does: "runs agents.yaml of this folder" },
    { line: "muster run -f /etc/muster/agents.yaml --log-level debug", does: "runs another manifest and says more" },
  ],
  run,
};

async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  // The end of a terminal is no wish for a reload.
  const isOnTerminal = terminal.isInTerminal || terminal.isErrTerminal;
  const signals = runSignals(isOnTerminal ? ["SIGTERM", "SIGINT", "SIGHUP"] : ["SIGTERM", "SIGINT"]);
  try {
    const endedAtOnce = signals.second.then(() => undefined);
    const runtime = await Promise.race([startOrExplain(invocation, terminal), endedAtOnce]);
    if (runtime === undefined) return exitCode.interrupted;
    if (!isOnTerminal) signals.onHangUp(() => runtime.reload());
    await signals.first;
    signals.onHangUp(() => undefined);
    const stopped = runtime.stop(drainMs).then(() => exitCode.ok);
    return (await Promise.race([stopped, endedAtOnce])) ?? exitCode.interrupted;
  } finally {
    signals.release();
  }
}

async function startOrExplain(invocation: Invocation, terminal: Terminal): Promise<Runtime> {
  const format = oneOf("log-format", invocation.text("log-format"), formats);
  const level = oneOf("log-level", invocation.text("log-level"), levels) ?? "info";
  const dropIn = invocation.text("drop-in");
  const logs = { recent: new RecentLines(), levels: { level } };
  try {
    return await startRuntime({
      file: manifestFile(invocation.text("file"), terminal.folder),
      ...(dropIn === undefined ? {} : { dropIn }),
      stateDirectory: resolve(
        chooseStateDirectory({ flag: invocation.text("state"), environment: terminal.environment }),
      ),
      environment: terminal.environment,
      log: stderrLog({
        level: logs.levels,
        onEntry: logs.recent.add,
        ...(format === undefined ? {} : { format }),
      }),
      logs,
      watch: oneOf("watch", invocation.text("watch"), watchModes) ?? "auto",
      tracesText: invocation.flag("log-prompts"),
    });
  } catch (error) {
    if (
      error instanceof ManifestRefused ||
      error instanceof StateDirectoryError ||
      error instanceof BundledServerError
    ) {
      throw new CommandError(error.message, exitCode.error, { cause: error });
    }
    throw error;
  }
}

function oneOf<Value extends string>(
  option: string,
  given: string | undefined,
  accepted: readonly Value[],
): Value | undefined {
  if (given === undefined) return undefined;
  const value = accepted.find((candidate) => candidate === given);
  if (value === undefined) throw usageError(`Found --${option} "${given}", accepted is one of ${accepted.join(", ")}`);
  return value;
}

interface RunSignals {
  readonly first: Promise<void>;
  readonly second: Promise<void>;
  onHangUp(act: () => void): void;
  release(): void;
}

/** `stopping` ends the run. SIGHUP, where it is not among them, does nothing until somebody listens. */
function runSignals(stopping: readonly NodeJS.Signals[]): RunSignals {
  const first = Promise.withResolvers<undefined>();
  const second = Promise.withResolvers<undefined>();
  let count = 0;
  const onSignal = () => (++count === 1 ? first : second).resolve(undefined);
  let hangUp: (() => void) | undefined;
  const onHangUp = () => hangUp?.();
  for (const name of stopping) process.on(name, onSignal);
  if (!stopping.includes("SIGHUP")) process.on("SIGHUP", onHangUp);
  return {
    first: first.promise,
    second: second.promise,
    onHangUp: (act) => (hangUp = act),
    release: () => {
      for (const name of stopping) process.off(name, onSignal);
      process.off("SIGHUP", onHangUp);
    },
  };
}
