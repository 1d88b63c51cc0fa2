// `type: handoff`: the conversation moves to another agent, and the answer comes from it.

import { createHash } from "node:crypto";
import * as z from "zod/mini";
import type { HandoffToolConfig } from "../../manifest/tools/other-agents-config.ts";
import type { Tool, ToolContext, ToolOutput, ToolSource } from "../contract.ts";
import { ToolError } from "../contract.ts";
import { parametersOf, readInput } from "../parameters.ts";
import { agentText } from "./agent-text.ts";
import type { CallLimits } from "./call-guards.ts";
import { followAnswer, toolFile } from "./follow-answer.ts";
import type { AgentsPort } from "./port.ts";
import { reachAgent } from "./reach-agent.ts";
import { type TimeLimit, timeLimit } from "./time-limit.ts";

const input = z.strictObject({
  context: z.optional(
    z.string().register(z.globalRegistry, {
      description: "What the other agent must know beside the user's own words, which it gets: say what came before",
    }),
  ),
});

/** Of files that the other agent sends along. */
const maxFilesBytes = 64 * 1024 * 1024;
const maxContextLength = 32 * 1024;

export interface HandoffPorts extends CallLimits {
  readonly config: HandoffToolConfig;
  readonly agents: AgentsPort;
}

export function handoffSource(ports: HandoffPorts): ToolSource {
  const { config, agents } = ports;
  const unfollow = agents.follow();
  const tool: Omit<Tool, "description"> = {
    name: config.name,
    parameters: parametersOf(input),
    isReadOnly: false,
    run: (given, context) => handOver(ports, readInput(input, given).context ?? "", context),
  };
  return {
    name: config.name,
    tools: () => [{ ...tool, description: description(config, agents) }],
    health: () => ({ state: "ready" }),
    onHealthChange: () => () => undefined,
    close: () => {
      unfollow();
      return Promise.resolve();
    },
  };
}

function description(config: HandoffToolConfig, agents: AgentsPort): string {
  const does = "Hands the conversation over to another agent, which gives the answer in your place.";
  return `${does} ${agentText(config, agents.known())}`;
}

async function handOver(ports: HandoffPorts, given: string, context: ToolContext): Promise<ToolOutput> {
  const { config } = ports;
  const limit = timeLimit(context.signal, config.timeoutMs, `The agent "${config.name}"`);
  try {
    return await passOn(ports, given, context, limit);
  } catch (error) {
    throw limit.reason() ?? error;
  } finally {
    limit.end();
  }
}

async function passOn(ports: HandoffPorts, given: string, context: ToolContext, limit: TimeLimit): Promise<ToolOutput> {
  const { config } = ports;
  const { files } = context.prompt;
  const prompt = { text: handedPrompt(given, context), files, ...sessionOf(ports.ownAddress, context) };
  const reached = await reachAgent({ ...ports, target: config.target }, prompt, context, limit.signal);
  const { agent, call, events } = reached;
  context.status(`handoff:${agent.name}`);
  let leftBytes = maxFilesBytes;
  let said = "";
  try {
    await followAnswer(events, {
      tool: config.name,
      agent,
      context,
      questionTimeoutMs: config.questionTimeoutMs,
      onText: (text) => {
        said += text;
        context.say(text);
      },
      onFiles: (sent) => {
        const fit = sent.flatMap(toolFile).filter(({ data }) => (leftBytes -= data.byteLength) >= 0);
        if (fit.length > 0) context.sayFiles(fit);
        return Promise.resolve();
      },
      onQuestion: () => "ask-caller",
    });
  } catch (error) {
    throw afterPart(error, said);
  } finally {
    call.drop();
  }
  if (said.trim() === "") throw new ToolError("failed", `The agent at "${agent.address}" answered without any text`);
  return { text: `"${agent.name}" has answered the user`, endsTurn: true };
}

/** The user's own words first: a small model repeats them wrongly. */
function handedPrompt(given: string, { prompt, agent }: ToolContext): string {
  if (given.trim() === "") return prompt.text;
  return `${prompt.text}\n\n(Handed over by the agent "${agent}". What it says came before: ${given.slice(0, maxContextLength)})`;
}

/** Of one conversation of ours, one of theirs, and of nobody else's. */
function sessionOf(ownAddress: string, { conversation, caller }: ToolContext): { readonly session?: string } {
  if (conversation === undefined) return {};
  const whose = caller?.isVerified === true ? caller.user : "";
  const digest = createHash("sha256")
    .update(JSON.stringify([ownAddress, whose, conversation]))
    .digest("hex");
  return { session: `handoff-${digest.slice(0, 32)}` };
}

/** The caller has seen that part: the model must not say it again. */
function afterPart(error: unknown, said: string): unknown {
  if (!(error instanceof ToolError) || said.trim() === "") return error;
  return new ToolError(error.kind, `${error.message}. Its answer broke off; the user has seen the beginning of it`, {
    cause: error,
  });
}
