// `muster doctor`: what is wrong on this machine, and what to do about it.

import { resolve } from "node:path";
import { askedStateDirectory, StateDirectoryError } from "../host/state-directory.ts";
import { diagnose } from "../runtime/doctor/doctor.ts";
import { silentLog } from "../telemetry/silent-log.ts";
import type { Command, Invocation } from "./command.ts";
import { CommandError, exitCode, usageError } from "./command-error.ts";
import { dropInOption, fileOption, jsonOption, stateOption } from "./common-options.ts";
import { doctorEnd, doctorHead, doctorJson, doctorRows, hasProblem } from "./doctor-text.ts";
import { durationOption } from "./duration-option.ts";
import { manifestFile } from "./manifest-file.ts";
import type { Terminal } from "./terminal.ts";

export const command: Command = {
  name: "doctor",
  summary: "Examine this machine for its agents: what is wrong, and what to do about it",
  details: [
    "Looks at the executable, manifest, runtime, state directory, disk, clock, memory, NATS, hub, permissions, unit, tools, MCP servers, triggers, MQTT brokers, knowledge and the trace collector, and has each model answer a short call " +
      "of at most 24 tokens, which costs that much where a model costs money. It changes nothing, and works while a runtime runs and while none does.",
    "Exit codes: 0 no problem, though perhaps warnings; 1 problems; 2 usage.",
  ],
  args: [],
  options: {
    offline: { description: "ask nothing beyond this machine: no hub, no server, no origin and no model elsewhere" },
    wait: { value: "DURATION", description: "how long each model may take to answer; default 1m", complete: "none" },
    ...fileOption,
    ...dropInOption,
    ...stateOption,
    ...jsonOption,
  },
  examples: [
    { line: "sudo muster doctor", does: "for the machine's service" },
    { line: "muster doctor --offline", does: "without a word to anybody elsewhere" },
    {
      line: "muster doctor --json | jq -r '.checks[] | select(any(.findings[]; .result == \"problem\")) | .check'",
      does: "what is wrong, for a program",
    },
  ],
  run: doctor,
};

const usualWaitMs = 60_000;
const longestWaitMs = 3_600_000;

async function doctor(invocation: Invocation, terminal: Terminal): Promise<number> {
  const isJson = invocation.flag("json");
  const modelLimitMs = durationOption(invocation, "wait") ?? usualWaitMs;
  if (modelLimitMs < 1 || modelLimitMs > longestWaitMs) throw usageError("--wait takes 1ms to 1h");
  const stateDirectory = stateDirectoryOf(invocation, terminal);
  if (!isJson) terminal.out(doctorHead(stateDirectory));
  const diagnosis = await diagnose(
    {
      file: invocation.text("file"),
      defaultFile: manifestFile(undefined, terminal.folder),
      dropIn: invocation.text("drop-in"),
      folder: terminal.folder,
      stateDirectory,
      environment: terminal.environment,
      isOffline: invocation.flag("offline"),
      modelLimitMs,
      log: silentLog,
    },
    (examined) => {
      if (!isJson) terminal.out(doctorRows(examined, terminal));
    },
  );
  terminal.out(isJson ? doctorJson(diagnosis) : doctorEnd(diagnosis, terminal));
  return hasProblem(diagnosis) ? exitCode.error : exitCode.ok;
}

function stateDirectoryOf(invocation: Invocation, terminal: Terminal): string {
  try {
    return resolve(askedStateDirectory({ flag: invocation.text("state"), environment: terminal.environment }));
  } catch (cause) {
    if (!(cause instanceof StateDirectoryError)) throw cause;
    throw new CommandError(cause.message, exitCode.error, { cause });
  }
}
