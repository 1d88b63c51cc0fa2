// The agent that a job is for: found on the bus, or, by its full address, without being there.

import { parseAddress } from "../bus/calling/address.ts";
import { CallError } from "../bus/calling/call-error.ts";
import { prepareRequest, type CallRequest } from "../bus/calling/call-request.ts";
import { encodeRequest } from "../protocol/request.ts";
import { type AgentAddress, isSubjectToken, parseAgentSubject } from "../protocol/subjects.ts";
import { CommandError, exitCode, usageError } from "./command-error.ts";
import type { CommandBus } from "./connect-bus.ts";
import { findAgent } from "./find-agent.ts";

export interface AddressedJob {
  readonly address: AgentAddress;
  readonly payload: Uint8Array;
}

/** Throws a `CommandError` for an agent that cannot be found, or that takes no such prompt. */
export async function addressJob(
  bus: CommandBus,
  text: string,
  request: CallRequest,
  signal: AbortSignal,
): Promise<AddressedJob> {
  const full = fullAddress(text);
  if (full !== undefined) return { address: full, payload: encodeRequest(request) };
  const { target } = await find(bus, text, signal);
  const address = parseAgentSubject(target.promptSubject)?.address;
  if (address === undefined) throw usageError(`"${text}" is no agent of Muster's: it takes no jobs`);
  try {
    return { address, payload: prepareRequest(target, request, { serverMaxBytes: bus.connection.maxPayloadBytes() }) };
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    throw new CommandError(error.message, exitCode.error, { cause: error });
  }
}

function fullAddress(text: string): AgentAddress | undefined {
  const { agent, owner, name } = parseAddress(text) ?? {};
  if (agent === undefined || owner === undefined || name === undefined) return undefined;
  if (![agent, owner, name].every(isSubjectToken)) throw usageError(`"${text}" is no address of an agent`);
  return { agent, owner, name };
}

async function find(bus: CommandBus, text: string, signal: AbortSignal) {
  try {
    return await findAgent(bus, text, signal);
  } catch (error) {
    if (!(error instanceof CommandError) || error.exitCode !== exitCode.noSuchAgent) throw error;
    const hint = "An agent that is away now takes a job by its full address, AGENT/OWNER/NAME";
    throw new CommandError(`${error.message}. ${hint}`, error.exitCode, { cause: error });
  }
}
