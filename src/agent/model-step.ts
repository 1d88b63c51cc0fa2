// One step: the model is asked with what fits into its context. When it finds that too long all the same, it is asked with less.

import type {
  ModelAttempt,
  ModelEvent,
  ModelMessage,
  ModelNotice,
  ModelTool,
  ModelToolCall,
  MustAnswer,
} from "../model/contract.ts";
import { ModelError } from "../model/contract.ts";
import type { AgentEvent } from "./contract.ts";
import { shortenResults } from "./shorten-results.ts";
import { StepText } from "./step-text.ts";
import type { Turn, TurnPorts } from "./turn-ports.ts";
import type { TurnRecord } from "./turn-record.ts";
import { fitWindow, type Window, windowOf } from "./window.ts";

export interface StepAnswer {
  readonly text: string;
  readonly calls: readonly ModelToolCall[];
}

/** Tells what the model says, as it comes; `mustAnswer`: no calls are asked for any more. Throws `ModelError`, or the signal's reason. */
export async function modelStep(turn: Turn, mustAnswer?: MustAnswer): Promise<StepAnswer> {
  const { model, estimate, instructions } = turn.ports;
  const offered = offeredTools(turn, mustAnswer);
  const contextTokens = model.contextTokens();
  let own: readonly ModelMessage[] = turn.messages;
  let current = turn.recalled.beside(own, { instructions, tools: offered, contextTokens });
  const input = () => ({ instructions, turns: turn.history, current, tools: offered });
  let window = fitWindow({ ...input(), contextTokens, maxOutput: model.config.maxOutput, estimate });
  for (;;) {
    if (isTrimmed(turn, window)) await turn.events.tell({ type: "progress", status: "trimmed" });
    const text = new StepText(turn.record);
    try {
      return await ask(turn, { window, tools: offered, mustAnswer }, text);
    } catch (error) {
      if (!isOverflow(error) || text.isSeen) throw error;
      if (contextTokens !== undefined) estimate.learnOverflow(window.counted, contextTokens);
      if (window.keptTurns === 0 && !turn.recalled.giveUp()) {
        const shorter = shortenResults(own);
        if (shorter === undefined) throw error;
        own = shorter;
      }
      current = turn.recalled.beside(own, { instructions, tools: offered, contextTokens });
      window = windowOf(input(), Math.floor(window.keptTurns / 2));
    }
  }
}

/** A turn that has called nothing, and may not, needs no tools. */
function offeredTools({ tools, record }: Turn, mustAnswer: MustAnswer | undefined): readonly ModelTool[] {
  if (mustAnswer !== undefined && record.toolCalls() === 0) return [];
  return tools.now().map(({ name, description, parameters }) => ({ name, description, parameters }));
}

/** More was left out than has been told of. */
function isTrimmed({ record }: Turn, { leftOutTurns }: Window): boolean {
  return leftOutTurns > 0 && record.trimmed(leftOutTurns);
}

interface Asked {
  readonly window: Window;
  readonly tools: readonly ModelTool[];
  readonly mustAnswer: MustAnswer | undefined;
}

async function ask(turn: Turn, asked: Asked, text: StepText): Promise<StepAnswer> {
  const { ports, events, signal } = turn;
  const { window, tools, mustAnswer } = asked;
  const calls: ModelToolCall[] = [];
  const { tokens } = ports.limits;
  const request = {
    messages: window.messages,
    agent: ports.agent,
    onAttempt: (attempt: ModelAttempt) => turn.record.attempt(attempt),
    ...(tools.length === 0 ? {} : { tools }),
    ...(mustAnswer === undefined || tools.length === 0 ? {} : { mustAnswer }),
    ...(tokens === undefined ? {} : { maxOutput: Math.max(1, tokens - turn.record.tokens()) }),
  };
  for await (const event of ports.model.chat(request, signal)) {
    if (event.type === "tool-call") {
      calls.push(event.call);
      continue;
    }
    const told = toldOf(turn, event, text, asked);
    if (told !== undefined) await events.tell(told);
  }
  const rest = calls.length === 0 ? text.rest() : "";
  if (rest !== "") await events.tell({ type: "text", text: rest });
  return { text: text.whole(), calls };
}

/** What the turn tells of what the model said. */
function toldOf(
  { ports, record }: Turn,
  event: Exclude<ModelEvent, { type: "tool-call" }>,
  text: StepText,
  { window, mustAnswer }: Asked,
): AgentEvent | undefined {
  switch (event.type) {
    case "text": {
      const said = text.push(event.text);
      return said === "" ? undefined : { type: "text", text: said };
    }
    case "thinking":
      return event;
    case "notice":
      noteNotice(ports, event.notice, record);
      return { type: "progress", status: event.notice.kind };
    case "usage":
      // Of tools that it may not call, it was told nothing or not.
      if (mustAnswer === undefined) ports.estimate.learn(window.counted, event.usage);
      record.usage(event.usage);
      return event;
  }
}

function noteNotice({ log }: TurnPorts, notice: ModelNotice, record: TurnRecord): void {
  if (notice.kind !== "fallback") return;
  record.fallback(notice.from, notice.to);
  log.warn("The next model of the chain serves", { from: notice.from, to: notice.to, reason: notice.reason });
}

function isOverflow(error: unknown): boolean {
  return error instanceof ModelError && error.kind === "overflow";
}
