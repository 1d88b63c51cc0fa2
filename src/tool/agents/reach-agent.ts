// Sends a prompt to the agent that a tool means: the best of those that are there, and where nobody takes it, the next.

import type { AgentTarget } from "../../manifest/tools/other-agents-config.ts";
import type { ToolContext } from "../contract.ts";
import { ToolError } from "../contract.ts";
import { callRefusal, type CallLimits } from "./call-guards.ts";
import { agentsMeant } from "./choose-agent.ts";
import { type PassedOn, passedOn } from "./passed-on.ts";
import type { AgentsPort, RemoteAgent, RemoteCall, RemoteEvent, RemotePrompt } from "./port.ts";

/** Agents that are tried for one prompt. */
const maxTries = 3;

export interface Reach extends CallLimits {
  readonly agents: AgentsPort;
  readonly target: AgentTarget;
}

export interface ReachedAgent {
  readonly agent: RemoteAgent;
  readonly call: RemoteCall;
  /** Those of `call`, from the first on. */
  readonly events: AsyncIterator<RemoteEvent>;
}

/** Resolves when the agent has answered something. Rejects with a `ToolError`: nobody is there, it is refused, or it failed at once. */
export async function reachAgent(
  reach: Reach,
  prompt: Omit<RemotePrompt, keyof PassedOn>,
  context: ToolContext,
  signal: AbortSignal,
): Promise<ReachedAgent> {
  const tried = new Set<string>();
  for (;;) {
    const agent = await bestAgent(reach, context, signal, tried);
    if (prompt.files.length > 0 && !agent.acceptsAttachments)
      throw new ToolError("invalid", `The agent at "${agent.address}" takes no files`);
    const call = await reach.agents.call(agent.address, { ...prompt, ...passedOn(context, reach.ownAddress) }, signal);
    const events = call.events[Symbol.asyncIterator]();
    try {
      return { agent, call, events: from(await events.next(), events) };
    } catch (error) {
      tried.add(agent.address);
      if (!(error instanceof ToolError) || error.kind !== "unavailable" || tried.size >= maxTries) throw error;
    }
  }
}

/** Looks for one where none is known that still beats. */
async function bestAgent(
  reach: Reach,
  context: ToolContext,
  signal: AbortSignal,
  tried: ReadonlySet<string>,
): Promise<RemoteAgent> {
  let meant = agentsMeant(reach.target, reach.agents.known());
  if (!meant.some(({ address, fitness }) => fitness !== "gone" && !tried.has(address))) {
    meant = agentsMeant(reach.target, await reach.agents.discover(signal));
    signal.throwIfAborted();
  }
  const untried = meant.filter(({ address }) => !tried.has(address));
  const refusals = untried.map((agent) => callRefusal(agent, context, reach));
  const [allowed] = untried.filter((_, at) => refusals[at] === undefined);
  if (allowed !== undefined) return allowed;
  const [refusal] = refusals;
  if (refusal !== undefined) throw new ToolError("denied", refusal);
  throw new ToolError("unavailable", `${targetText(reach.target)} is not there now. Go on without it, or say so`);
}

function targetText({ address, agent, owner, name }: AgentTarget): string {
  if (address !== undefined) return `The agent at "${address}"`;
  return `The agent "${[agent ?? "*", owner ?? "*", name ?? "*"].join("/")}"`;
}

async function* from(
  first: IteratorResult<RemoteEvent>,
  rest: AsyncIterator<RemoteEvent>,
): AsyncGenerator<RemoteEvent, void> {
  for (let next = first; next.done !== true; next = await rest.next()) yield next.value;
}
