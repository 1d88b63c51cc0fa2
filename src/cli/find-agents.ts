// From --all, --owner and --match to the agents that they name.

import type { AgentSelection } from "../bus/calling/address-glob.ts";
import { selectAgents } from "../bus/calling/address-glob.ts";
import type { FoundAgent } from "../bus/calling/address.ts";
import { parseAddress } from "../bus/calling/address.ts";
import { CallError } from "../bus/calling/call-error.ts";
import type { Discovery } from "../bus/calling/discovery.ts";
import { discoverAgents } from "../bus/calling/discovery.ts";
import { busFailure } from "./call-failure.ts";
import type { Invocation } from "./command.ts";
import { CommandError, exitCode, usageError } from "./command-error.ts";
import type { CommandBus } from "./connect-bus.ts";

/** Undefined: the command line means one agent. Throws a `CommandError` for a pattern that is none. */
export function manySelection(invocation: Invocation): AgentSelection | undefined {
  const owner = invocation.text("owner");
  const pattern = invocation.text("match");
  if (pattern !== undefined && parseAddress(pattern) === undefined) {
    throw usageError(
      `--match is "${pattern}"; write NAME, OWNER/NAME or AGENT/OWNER/NAME, with "*" for any characters`,
    );
  }
  if (owner === undefined && pattern === undefined && !invocation.flag("all")) return undefined;
  return { ...(owner === undefined ? {} : { owner }), ...(pattern === undefined ? {} : { pattern }) };
}

/** By one whole discovery. Throws a `CommandError`, exit code 3, when nobody matches. */
export async function findAgents(
  bus: CommandBus,
  selection: AgentSelection,
  signal: AbortSignal,
): Promise<FoundAgent[]> {
  const { agents: records, unusable } = await discover(bus, signal);
  if (signal.aborted) throw new CommandError("Cancelled", exitCode.interrupted);
  const agents = selectAgents(selection, records);
  if (agents.length > 0) return agents;
  const { owner, pattern } = selection;
  const wanted = [
    ...(pattern === undefined ? [] : [` that matches "${pattern}"`]),
    ...(owner === undefined ? [] : [` of owner "${owner}"`]),
  ].join("");
  const broken = unusable.length === 0 ? "" : `; ${unusable.length} cannot be used`;
  throw new CommandError(
    `No agent${wanted} on ${bus.said}${broken}. "muster ps" shows who is there`,
    exitCode.noSuchAgent,
  );
}

async function discover(bus: CommandBus, signal: AbortSignal): Promise<Discovery> {
  try {
    return await discoverAgents(bus.connection, { signal });
  } catch (error) {
    throw error instanceof CallError ? busFailure(error) : error;
  }
}
