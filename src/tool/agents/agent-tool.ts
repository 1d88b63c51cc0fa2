// `type: agent`: one other agent as a tool. What it says of itself and what it answers is text from outside.

import * as z from "zod/mini";
import type { AgentToolConfig } from "../../manifest/tools/other-agents-config.ts";
import type { Tool, ToolContext, ToolOutput, ToolSource } from "../contract.ts";
import { parametersOf, readInput } from "../parameters.ts";
import { AgentAnswer } from "./agent-answer.ts";
import { agentText } from "./agent-text.ts";
import type { CallLimits } from "./call-guards.ts";
import type { AgentsPort } from "./port.ts";
import { reachAgent } from "./reach-agent.ts";
import { timeLimit } from "./time-limit.ts";

const input = z.strictObject({
  prompt: z.string().check(z.minLength(1)).register(z.globalRegistry, {
    description: "The task, complete in itself: the other agent sees nothing of your conversation",
  }),
});

export interface AgentToolPorts extends CallLimits {
  readonly config: AgentToolConfig;
  readonly agents: AgentsPort;
}

export function agentSource(ports: AgentToolPorts): ToolSource {
  const { config, agents } = ports;
  const unfollow = agents.follow();
  /** By turn: those that wait for the model's answer to a question. */
  const asking = new Map<string, AgentAnswer>();
  const tool: Omit<Tool, "description"> = {
    name: config.name,
    parameters: parametersOf(input),
    isReadOnly: false,
    run: (given, context) => run(ports, asking, readInput(input, given).prompt, context),
  };
  return {
    name: config.name,
    tools: () => [{ ...tool, description: description(config, agents) }],
    health: () => ({ state: "ready" }),
    onHealthChange: () => () => undefined,
    close: () => {
      for (const answer of asking.values()) answer.drop();
      unfollow();
      return Promise.resolve();
    },
  };
}

async function run(
  ports: AgentToolPorts,
  asking: Map<string, AgentAnswer>,
  prompt: string,
  context: ToolContext,
): Promise<ToolOutput> {
  const waiting = asking.get(context.turn);
  asking.delete(context.turn);
  waiting?.reply(prompt);
  const answer = waiting ?? (await start(ports, prompt, context));
  const output = await answer.read(context);
  if (!answer.isAsking) return output;
  asking.set(context.turn, answer);
  context.onEnd(() => {
    if (asking.get(context.turn) === answer) asking.delete(context.turn);
    answer.drop();
    return Promise.resolve();
  });
  return output;
}

async function start(ports: AgentToolPorts, prompt: string, context: ToolContext): Promise<AgentAnswer> {
  const { config } = ports;
  const limit = timeLimit(context.signal, config.timeoutMs, `The agent "${config.name}"`);
  try {
    const reach = { ...ports, target: config.target };
    const reached = await reachAgent(reach, { text: prompt, files: [] }, context, limit.signal);
    return new AgentAnswer(config, reached, limit, () => context.folder());
  } catch (error) {
    limit.end();
    throw limit.reason() ?? error;
  }
}

function description(config: AgentToolConfig, agents: AgentsPort): string {
  const asks = `Asks another agent to do a task and returns its answer.`;
  return `${asks} ${agentText(config, agents.known())}`;
}
