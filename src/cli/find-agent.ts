// From an address on the command line to the one agent that it names.

import type { AddressPattern, FoundAgent } from "../bus/calling/address.ts";
import { addressOf, groupInstances, parseAddress, resolveAddress } from "../bus/calling/address.ts";
import { CallError } from "../bus/calling/call-error.ts";
import type { Discovery } from "../bus/calling/discovery.ts";
import { lookFor } from "../bus/calling/look-for.ts";
import { nearest } from "../manifest/nearest.ts";
import { busFailure } from "./call-failure.ts";
import { CommandError, exitCode, usageError } from "./command-error.ts";
import type { CommandBus } from "./connect-bus.ts";

/** How many others are named in a message. */
const maxListed = 8;

/**
 * Finds it by discovery; a full address ends the search as soon as it answers. Throws a `CommandError`: exit code 3 when there is none, 2
 * when several match.
 */
export async function findAgent(bus: CommandBus, address: string, signal?: AbortSignal): Promise<FoundAgent> {
  const pattern = parseAddress(address);
  if (pattern === undefined) {
    throw usageError(`"${address}" is no address; write NAME, OWNER/NAME or AGENT/OWNER/NAME`);
  }
  const found = await discover(bus, pattern, signal);
  if (signal?.aborted === true) throw new CommandError("Cancelled", exitCode.interrupted);
  const resolution = resolveAddress(pattern, found.agents);
  switch (resolution.type) {
    case "found":
      return resolution.agent;
    case "ambiguous": {
      const list = resolution.agents.slice(0, maxListed).map((agent) => `\n  ${agent.address}`);
      throw usageError(
        `"${address}" names ${resolution.agents.length} agents; write one of them in full:${list.join("")}`,
      );
    }
    case "none":
      throw new CommandError(notFoundText(address, found, bus.said), exitCode.noSuchAgent);
  }
}

async function discover(bus: CommandBus, pattern: AddressPattern, signal: AbortSignal | undefined): Promise<Discovery> {
  try {
    return await lookFor(bus.connection, pattern, signal === undefined ? {} : { signal });
  } catch (error) {
    throw error instanceof CallError ? busFailure(error) : error;
  }
}

function notFoundText(address: string, { agents, unusable }: Discovery, said: string): string {
  const found = groupInstances(agents).map((agent) => agent.address);
  const broken = unusable.length === 0 ? "" : `; ${unusable.length} more cannot be used, see "muster ps"`;
  if (found.length === 0)
    return `No agent "${address}": there is none on ${said}${broken}. Start one with "muster run"`;
  const name = address.split("/").at(-1) ?? address;
  const near = nearest(
    name,
    agents.map((record) => record.name),
  );
  const meant = agents.find((record) => record.name === near);
  if (meant !== undefined) return `No agent "${address}" on ${said}. Did you mean "${addressOf(meant)}"?`;
  const more = found.length > maxListed ? ` and ${found.length - maxListed} more` : "";
  return `No agent "${address}" on ${said}. There is ${found.slice(0, maxListed).join(", ")}${more}${broken}`;
}
