// An agent with guards: prompts that match a pattern are not answered, and answers that match one end there.

import type { GuardsConfig } from "../../manifest/manifest.ts";
import type { Agent, AgentEvent, AgentPrompt, RefusedFile, TurnFailure } from "../contract.ts";
import { AnswerFilter } from "./answer-filter.ts";
import { compilePatterns } from "./pattern.ts";

export function guardedAgent(agent: Agent, guards: GuardsConfig): Agent {
  if (guards.maxPromptBytes === undefined && guards.denyPrompt.length + guards.denyAnswer.length === 0) return agent;
  return {
    name: agent.name,
    refusedFile: (files): RefusedFile | undefined => agent.refusedFile(files),
    answer: (prompt, signal) => answer(agent, guards, prompt, signal),
  };
}

async function* answer(
  agent: Agent,
  guards: GuardsConfig,
  prompt: AgentPrompt,
  signal: AbortSignal,
): AsyncGenerator<AgentEvent> {
  const [denyPrompt, denyAnswer] = await Promise.all([
    compilePatterns(guards.denyPrompt),
    compilePatterns(guards.denyAnswer),
  ]);
  const isTooLong = Buffer.byteLength(prompt.text) > (guards.maxPromptBytes ?? Infinity);
  const denied = isTooLong ? "max_prompt" : denyPrompt.find(({ find }) => find(prompt.text) !== undefined)?.name;
  if (denied !== undefined) {
    yield end({ kind: "denied", what: "prompt", pattern: denied });
    return;
  }
  if (denyAnswer.length === 0) yield* agent.answer(prompt, signal);
  else yield* filtered(agent, new AnswerFilter(denyAnswer), prompt, signal);
}

/** A turn whose answer is denied is stopped: it is not remembered. */
async function* filtered(
  agent: Agent,
  filter: AnswerFilter,
  prompt: AgentPrompt,
  signal: AbortSignal,
): AsyncGenerator<AgentEvent> {
  const stop = new AbortController();
  let failure: TurnFailure | undefined;
  for await (const event of agent.answer(prompt, AbortSignal.any([signal, stop.signal]))) {
    if (failure !== undefined && event.type !== "end" && event.type !== "usage") continue;
    if (event.type === "text") {
      const { text, denied } = filter.push(event.text);
      if (text !== "") yield { type: "text", text };
      if (denied === undefined) continue;
      failure = { kind: "denied", what: "answer", pattern: denied };
      stop.abort(new Error(`The answer matches "${denied}"`));
    } else if (event.type === "end") {
      const rest = failure === undefined ? filter.end() : "";
      if (rest !== "") yield { type: "text", text: rest };
      yield failure === undefined ? event : end(failure);
    } else yield event;
  }
}

function end(failure: TurnFailure): AgentEvent {
  return { type: "end", outcome: { ok: false, failure } };
}
