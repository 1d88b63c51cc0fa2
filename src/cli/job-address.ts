// The agent that a job is for: found on the bus, or, by its full address, without being there.

import { parseAddress, resolveAddress } from "../bus/calling/address.ts";
import { CallError } from "../bus/calling/call-error.ts";
import { type CallRequest, type CallTarget, prepareRequest } from "../bus/calling/call-request.ts";
import { lookFor } from "../bus/calling/look-for.ts";
import type { SenderTrust } from "../protocol/sender-rules.ts";
import { encodeRequest } from "../protocol/request.ts";
import { type AgentAddress, isSubjectToken, parseAgentSubject } from "../protocol/subjects.ts";
import { CommandError, exitCode, usageError } from "./command-error.ts";
import type { CommandBus } from "./connect-bus.ts";
import { findAgent } from "./find-agent.ts";

export interface AddressedJob {
  readonly address: AgentAddress;
  readonly payload: Uint8Array;
  /** Absent: nobody read it. */
  readonly minSenderTrust?: SenderTrust;
}

type Trust = Pick<AddressedJob, "minSenderTrust">;

/** Throws a `CommandError` for an agent that cannot be found, or that takes no such prompt. */
export async function addressJob(
  bus: CommandBus,
  text: string,
  request: CallRequest,
  signal: AbortSignal,
): Promise<AddressedJob> {
  const full = fullAddress(text);
  if (full !== undefined) {
    return { address: full, payload: encodeRequest(request), ...(await trustOfPresent(bus, text, signal)) };
  }
  const { target } = await find(bus, text, signal);
  const address = parseAgentSubject(target.promptSubject)?.address;
  if (address === undefined) throw usageError(`"${text}" is no agent of Muster's: it takes no jobs`);
  try {
    const payload = prepareRequest(target, request, { serverMaxBytes: bus.connection.maxPayloadBytes() });
    return { address, payload, ...trustOf(target) };
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

/** Of an agent that is there now. Who signs need not know, and is not kept waiting for one that is away. */
async function trustOfPresent(bus: CommandBus, text: string, signal: AbortSignal): Promise<Trust> {
  const pattern = parseAddress(text);
  const signed = await bus.sender.headers({ subject: "job", payload: new Uint8Array(0) });
  if (pattern === undefined || signed.type === "signed") return {};
  try {
    const { agents } = await lookFor(bus.connection, pattern, { signal });
    const found = resolveAddress(pattern, agents);
    return found.type === "found" ? trustOf(found.agent.target) : {};
  } catch (error) {
    // Who may not look may submit all the same.
    if (error instanceof CallError) return {};
    throw error;
  }
}

function trustOf({ minSenderTrust }: CallTarget): Trust {
  return minSenderTrust === undefined ? {} : { minSenderTrust };
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
