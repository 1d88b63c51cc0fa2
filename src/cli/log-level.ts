// `muster log-level`: how much the runtime logs, asked or changed while it runs.

import { askRuntime, ControlError } from "../runtime/control-client.ts";
import { isLevelReport } from "../runtime/operation.ts";
import { logLevels } from "../telemetry/create-log.ts";
import { exitCode, usageError } from "./command-error.ts";
import type { Command, Invocation } from "./command.ts";
import { stateOption } from "./common-options.ts";
import type { Terminal } from "./terminal.ts";
import { askLocalRuntime } from "./ask-runtime.ts";

export const command: Command = {
  name: "log-level",
  summary: "Show or change how much this machine's runtime logs",
  details: ["A change holds until the runtime ends; it starts with the level that its command line names."],
  args: [
    {
      name: "LEVEL",
      description: `${logLevels.join(", ")}; without it, the present one is shown`,
      isOptional: true,
      complete: logLevels,
    },
  ],
  options: { ...stateOption },
  examples: [
    { line: "muster log-level", does: "the present level" },
    { line: "muster log-level debug", does: "more, until the runtime ends or it is changed again" },
  ],
  run: logLevel,
};

const timeoutMs = 5_000;

async function logLevel(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [given] = invocation.args;
  const level = logLevels.find((one) => one === given);
  if (given !== undefined && level === undefined) {
    throw usageError(`Found the level "${given}", accepted is one of ${logLevels.join(", ")}`);
  }
  const request = { op: "log-level", ...(level === undefined ? {} : { level }) } as const;
  const report = await askLocalRuntime(invocation, terminal, async (directory) => {
    const result = await askRuntime(directory, request, timeoutMs);
    if (isLevelReport(result)) return result;
    throw new ControlError("The runtime's answer cannot be read: it is of another version than this command");
  });
  terminal.out(`${report.level}\n`);
  return exitCode.ok;
}
