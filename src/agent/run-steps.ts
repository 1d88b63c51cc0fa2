// The steps of a turn: the model is asked, what it calls is run and told to it, and it is asked again, until it answers or a limit is reached.

import type { StoredMessage } from "../memory/contract.ts";
import { callTools, type CallsOutcome } from "./call-tools.ts";
import type { TurnLimitName } from "./contract.ts";
import { LimitReached } from "./limit-reached.ts";
import { modelStep, type StepAnswer } from "./model-step.ts";
import type { Turn } from "./turn-ports.ts";

const answerNow = "This was the last call of this turn. Answer now with what you know.";
const noMoreCalls = "Not called: no more calls are made in this turn. Answer in your own words, with what you know.";

/** Adds to the turn's messages. Throws `LimitReached`, `ModelError`, or the signal's reason. */
export async function runSteps(turn: Turn): Promise<void> {
  const { limits } = turn.ports;
  let mustAnswer: TurnLimitName | undefined;
  let wasRefused = false;
  for (let step = 1; ; step++) {
    if (step >= limits.steps) mustAnswer ??= "steps";
    if (isSpent(turn)) throw new LimitReached("tokens");
    const answer = await modelStep(turn, mustAnswer && (wasRefused ? "by-grammar" : "freely"));
    if (answer.calls.length === 0 || (mustAnswer !== undefined && answer.text.trim() !== "")) {
      turn.messages.push({ role: "assistant", text: answer.text });
      return;
    }
    if (mustAnswer !== undefined) {
      if (wasRefused || step >= limits.steps) throw new LimitReached(mustAnswer);
      wasRefused = true;
      turn.messages.push(assistantMessage(answer), ...refusals(answer));
      continue;
    }
    const called = await turn.events.tellAll(callTools(turn, answer.calls));
    mustAnswer = called.reachedLimit;
    turn.messages.push(
      assistantMessage(answer),
      ...results(called, mustAnswer !== undefined || step + 1 >= limits.steps),
    );
    if (called.said !== undefined) {
      turn.messages.push({ role: "assistant", text: called.said });
      return;
    }
  }
}

function isSpent({ ports, record }: Turn): boolean {
  const { tokens } = ports.limits;
  return tokens !== undefined && record.tokens() >= tokens;
}

function assistantMessage({ text, calls }: StepAnswer): StoredMessage {
  return { role: "assistant", text, calls: calls.map(({ id, name, input }) => ({ id, name, input })) };
}

/** A model that may call nothing more called all the same: it is told once. */
function refusals({ calls }: StepAnswer): readonly StoredMessage[] {
  return calls.map(({ id, name }) => ({ role: "tool", call: id, name, text: noMoreCalls }));
}

/** What comes back to the model; the last of them tells it when no more calls are taken. */
function results({ results: told }: CallsOutcome, isLast: boolean): readonly StoredMessage[] {
  return told.map(({ call, text }, index) => ({
    role: "tool",
    call: call.id,
    name: call.name,
    text: isLast && index === told.length - 1 ? `${text}\n\n${answerNow}` : text,
  }));
}
