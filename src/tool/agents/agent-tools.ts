// `type: agents`: the six tools of the public contract of agent tools. What a model can act on comes back as a result in words, never as a throw.

import * as z from "zod/mini";
import type { AgentsToolConfig, AgentToolName } from "../../manifest/tools/other-agents-config.ts";
import type { ToolContext, ToolInput, ToolOutput } from "../contract.ts";
import { ToolError } from "../contract.ts";
import { readInput } from "../parameters.ts";
import type { AgentCall } from "./agent-call.ts";
import type { CallLimits } from "./call-guards.ts";
import { openCallsNote, type CallScope } from "./call-scope.ts";
import { discoverAgents } from "./discover-agents.ts";
import type { AgentsPort } from "./port.ts";
import { startCall } from "./start-call.ts";

export interface AgentToolsPorts extends CallLimits {
  readonly config: AgentsToolConfig;
  readonly agents: AgentsPort;
}

const ids = z.array(z.string().check(z.minLength(1))).check(z.minLength(1));
const text = z.string().check(z.minLength(1));
const discoverInput = z.object({ agent: z.optional(text), owner: z.optional(text), name: z.optional(text) });
const promptInput = z.object({
  address: text,
  prompt: text,
  attachments: z.optional(z.array(text)),
  label: z.optional(text),
  wait: z.optional(z.boolean()),
});
const waitInput = z.object({ call_ids: ids, timeout_ms: z.optional(z.int().check(z.gte(0))) });
const answerInput = z.object({ call_id: text, answer: text, wait: z.optional(z.boolean()) });
const cancelInput = z.object({ call_ids: ids });

type Result = Readonly<Record<string, unknown>>;

/** One use of a tool. */
interface Use {
  readonly ports: AgentToolsPorts;
  readonly scope: CallScope;
  readonly offered: ReadonlySet<AgentToolName>;
  readonly input: ToolInput;
  readonly context: ToolContext;
}

/** Rejects only with the signal's reason, or for a bug. */
export async function useAgentTool(name: AgentToolName, use: Use): Promise<ToolOutput> {
  let failed: ToolError | undefined;
  let result: Result;
  try {
    result = await run(name, use);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    failed = error;
    result = { error: error.message };
  }
  const kind = failed?.kind ?? failureOf(result, use.scope);
  const text = JSON.stringify({ ...result, ...openCallsNote(use.scope, use.offered) });
  return { text, ...(kind === undefined ? {} : { failed: kind }) };
}

async function run(name: AgentToolName, use: Use): Promise<Result> {
  switch (name) {
    case "discover_agents":
      return discoverAgents(use.ports, readInput(discoverInput, use.input), use.context.signal);
    case "prompt_agent":
      return promptAgent(use);
    case "wait_agent":
      return waitAgent(use);
    case "answer_agent":
      return answerAgent(use);
    case "cancel_agent":
      return cancelAgent(use);
    case "list_agent_calls":
      return { calls: use.scope.calls().map(listed) };
  }
}

async function promptAgent(use: Use): Promise<Result> {
  const input = readInput(promptInput, use.input);
  if (input.wait === false) refuseDetached(use, "the call waits for the reply or a question");
  const call = await startCall(use, { ...input, attachments: input.attachments ?? [] });
  return input.wait === false ? call.result() : untilReady(call, use);
}

async function waitAgent({ scope, context, ports, offered, input }: Use): Promise<Result> {
  const { call_ids: given, timeout_ms: wantedMs } = readInput(waitInput, input);
  const calls = known(scope, given, offered);
  const { maxWaitMs } = ports.config;
  const endMs = performance.now() + Math.min(wantedMs ?? maxWaitMs, maxWaitMs);
  for (;;) {
    const [first] = calls.filter(({ state }) => state !== "running").sort((a, b) => a.sequence - b.sequence);
    if (first !== undefined) {
      const others = calls.filter((call) => call !== first && call.isOpen);
      return { ...first.result(), remaining: others.map(({ facts }) => facts.id) };
    }
    const leftMs = endMs - performance.now();
    if (leftMs <= 0) return { state: "running", call_ids: calls.map(({ facts }) => facts.id) };
    await scope.change(leftMs, context.signal);
  }
}

async function answerAgent(use: Use): Promise<Result> {
  const { call_id: id, answer, wait } = readInput(answerInput, use.input);
  if (wait === false) refuseDetached(use, "the call waits for the reply or the next question");
  const [call] = known(use.scope, [id], use.offered);
  if (call?.state !== "input_required") {
    const state = call?.state ?? "unknown";
    const advice = call?.isOpen !== true && use.offered.has("wait_agent") ? "; wait_agent returns its result" : "";
    throw new ToolError("invalid", `Call "${id}" has no open question: it is ${state}${advice}`);
  }
  call.answer(answer);
  return (wait ?? !call.facts.isDetached) ? untilReady(call, use) : call.result();
}

function cancelAgent({ scope, offered, input }: Use): Result {
  const { call_ids: given } = readInput(cancelInput, input);
  const calls = unique(given).map((id) => {
    const call = scope.get(id);
    call?.cancel();
    return call?.result() ?? { call_id: id, error: unknownCalls([id], offered) };
  });
  return { calls };
}

/** A turn that is stopped takes the call with it. */
async function untilReady(call: AgentCall, { scope, context }: Use): Promise<Result> {
  try {
    while (call.state === "running") await scope.change(Number.POSITIVE_INFINITY, context.signal);
  } catch (error) {
    call.cancel();
    throw error;
  }
  return call.result();
}

function refuseDetached({ offered }: Use, why: string): void {
  if (!offered.has("wait_agent")) throw new ToolError("invalid", `"wait" cannot be false here; ${why}`);
}

function listed(call: AgentCall): Result {
  const { id, label, address } = call.facts;
  return {
    call_id: id,
    ...(label === undefined ? {} : { label }),
    address,
    state: call.state,
    started_at: call.startedAt.toISOString(),
    ...(call.endedAt === undefined ? {} : { ended_at: call.endedAt.toISOString() }),
  };
}

function known(scope: CallScope, given: readonly string[], offered: ReadonlySet<AgentToolName>): readonly AgentCall[] {
  const wanted = unique(given);
  const unknown = wanted.filter((id) => scope.get(id) === undefined);
  if (unknown.length > 0) throw new ToolError("invalid", unknownCalls(unknown, offered));
  return wanted.flatMap((id) => scope.get(id) ?? []);
}

function unknownCalls(unknown: readonly string[], offered: ReadonlySet<AgentToolName>): string {
  const named = unknown.map((id) => `"${id.slice(0, 64)}"`).join(", ");
  const advice = offered.has("list_agent_calls") ? "; list_agent_calls shows them" : "";
  return `${named}: no such call in your calls${advice}`;
}

function unique(given: readonly string[]): readonly string[] {
  return [...new Set(given)];
}

/** Of a result that says that its call came to nothing. */
function failureOf({ call_id: id, state }: Result, scope: CallScope) {
  if (typeof id !== "string" || (state !== "failed" && state !== "expired")) return undefined;
  return scope.get(id)?.failure;
}
