// Starts a call for `prompt_agent`: whoever must not be prompted is refused, and nothing is sent then.

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { AgentToolName } from "../../manifest/tools/other-agents-config.ts";
import type { ToolContext } from "../contract.ts";
import { ToolError } from "../contract.ts";
import { AgentCall } from "./agent-call.ts";
import type { AgentToolsPorts } from "./agent-tools.ts";
import { callRefusal } from "./call-guards.ts";
import type { CallScope } from "./call-scope.ts";
import { passedOn } from "./passed-on.ts";
import type { RemoteAgent } from "./port.ts";
import { CallFiles } from "./save-files.ts";
import { sendableFiles } from "./sendable-files.ts";

export interface CallStart {
  readonly address: string;
  readonly prompt: string;
  readonly attachments: readonly string[];
  readonly label?: string | undefined;
  readonly wait?: boolean | undefined;
}

interface Starting {
  readonly ports: AgentToolsPorts;
  readonly scope: CallScope;
  readonly offered: ReadonlySet<AgentToolName>;
  readonly context: ToolContext;
}

/** Rejects with a `ToolError` when nothing was sent. */
export async function startCall(starting: Starting, start: CallStart): Promise<AgentCall> {
  const { scope, context, ports } = starting;
  if (scope.isClosed) throw turnOver();
  const agent = await agentAt(starting, start.address);
  const refusal = callRefusal(agent, context, ports);
  if (refusal !== undefined) throw new ToolError("denied", refusal);
  const roots = start.attachments.length === 0 ? [] : [await context.folder(), ...ports.config.roots];
  const files = await sendableFiles(start.attachments, roots);
  if (!scope.reserve()) throw allOpen(starting);
  try {
    return await send(starting, agent, { ...start, files });
  } catch (error) {
    scope.release();
    throw error;
  }
}

async function send(
  { scope, context, ports }: Starting,
  { address }: RemoteAgent,
  { prompt, files, label, wait }: CallStart & { readonly files: Awaited<ReturnType<typeof sendableFiles>> },
): Promise<AgentCall> {
  const sent = { text: prompt, files, ...passedOn(context, ports.ownAddress) };
  const remote = await ports.agents.call(address, sent, new AbortController().signal);
  if (scope.isClosed) {
    remote.drop();
    throw turnOver();
  }
  const id = `call_${randomBytes(6).toString("hex")}`;
  const facts = { id, address, ...(label === undefined ? {} : { label }), isDetached: wait === false };
  const call = new AgentCall(facts, {
    remote,
    files: new CallFiles(async () => join(await context.folder(), id), ports.config.maxFilesBytes),
    limitMs: ports.config.timeoutMs,
    nextSequence: scope.nextSequence,
    onChange: scope.changed,
  });
  scope.add(call);
  return call;
}

/** One that is known, or that answers when it is looked for. */
async function agentAt({ ports, context, offered }: Starting, address: string): Promise<RemoteAgent> {
  if (address === ports.ownAddress)
    throw new ToolError("denied", `"${address}" is your own address; answer the prompt yourself`);
  const isIt = (agent: RemoteAgent): boolean => agent.address === address;
  const agent = ports.agents.known().find(isIt) ?? (await ports.agents.discover(context.signal)).find(isIt);
  context.signal.throwIfAborted();
  if (agent !== undefined) return agent;
  const advice = offered.has("discover_agents") ? "; call discover_agents for the current list" : "";
  throw new ToolError("unavailable", `No agent answers at "${address.slice(0, 255)}"${advice}`);
}

function turnOver(): ToolError {
  return new ToolError("denied", "The prompt that you answer has ended; no call can start in it");
}

function allOpen({ ports, offered }: Starting): ToolError {
  const collect = offered.has("wait_agent") ? "collect some with wait_agent" : "answer their questions";
  const stop = offered.has("cancel_agent") ? " or stop some with cancel_agent" : "";
  const count = ports.config.maxCalls;
  return new ToolError(
    "limit",
    `All ${count} tracked calls are still open; ${collect}${stop} before you start another`,
  );
}
