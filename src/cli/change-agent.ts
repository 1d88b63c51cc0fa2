// What `restart`, `drain`, `stop` and `start` have in common: one agent of this machine's runtime, told something over the control socket.

import { nearest } from "../manifest/nearest.ts";
import { askRuntime, ControlError } from "../runtime/control-client.ts";
import type { AgentStatus } from "../runtime/control-protocol.ts";
import { isAgentReport, longestDrainMs, type OperationRequest } from "../runtime/operation.ts";
import { CommandError, exitCode, usageError } from "./command-error.ts";
import type { ArgumentSpec, Invocation, OptionSpec } from "./command.ts";
import { durationOption } from "./duration-option.ts";
import type { Terminal } from "./terminal.ts";
import { askLocalRuntime } from "./ask-runtime.ts";

export const agentArgument: ArgumentSpec = {
  name: "AGENT",
  description: "its name in the manifest",
  complete: "agents",
};

export const drainOption = {
  drain: {
    value: "DURATION",
    description: "how long its turns may go on; 0s: not at all; default 30s",
    complete: "none",
  },
} as const satisfies Record<string, OptionSpec>;

export const changeDetails = "Until it is told otherwise, or the runtime ends; a reload changes nothing of it.";

const defaultDrainMs = 30_000;
/** Beyond what turns may take. */
const answerMs = 15_000;

type AgentRequest = Extract<OperationRequest, { readonly op: "drain" | "start" | "restart" | "stop" }>;

export function drainMs(invocation: Invocation): number {
  if (invocation.text("drain") === "0s") return 0;
  const ms = durationOption(invocation, "drain") ?? defaultDrainMs;
  if (ms > longestDrainMs) throw usageError(`--drain is "${invocation.text("drain") ?? ""}"; write at most 24h`);
  return ms;
}

/** Asks, and prints what `said` makes of the agent as it is after. Throws a `CommandError`: exit code 3 for a name that is none. */
export async function changeAgent(
  request: AgentRequest,
  said: (agent: AgentStatus) => string,
  invocation: Invocation,
  terminal: Terminal,
): Promise<number> {
  const timeoutMs = answerMs + ("drainMs" in request ? request.drainMs : 0);
  const report = await askLocalRuntime(invocation, terminal, async (directory) => {
    const result = await askRuntime(directory, request, timeoutMs);
    if (isAgentReport(result)) return result;
    throw new ControlError("The runtime's answer cannot be read: it is of another version than this command");
  });
  if (report.type === "unknown-agent") throw unknownAgent(request.agent, report.agents);
  terminal.out(`${said(report.agent)}\n`);
  return exitCode.ok;
}

export function unknownAgent(name: string, agents: readonly string[]): CommandError {
  const near = nearest(name, agents);
  const meant = near === undefined ? "" : `. Did you mean "${near}"?`;
  const known = agents.length === 0 ? "it has none" : `it has ${agents.join(", ")}`;
  return new CommandError(
    `This machine's runtime has no agent "${name}"${meant === "" ? `: ${known}` : meant}`,
    exitCode.noSuchAgent,
  );
}
