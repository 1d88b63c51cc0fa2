// Many agents' answers put together: each one whole, or the first whole one of all.

import type { CallError } from "./call-error.ts";
import type { CallEvent } from "./call-event.ts";
import type { CallRequest } from "./call-request.ts";
import type { CallerBus } from "./caller-bus.ts";
import type { ManyOptions, ManyTarget } from "./call-many.ts";
import { callMany } from "./call-many.ts";

export interface AgentAnswer {
  readonly address: string;
  /** What the agent sent, in order; an `end` last unless it failed. */
  readonly events: readonly CallEvent[];
  /** Why the answer is not whole. */
  readonly error?: CallError;
}

const defaultAnswerBytes = 8 * 1024 * 1024;

/** Yields each agent's answer when it has come to its end, the quickest first. Leaving is as in `callMany`; an answer has 8 MiB at most. */
export async function* gatherAnswers(
  bus: CallerBus,
  agents: readonly ManyTarget[],
  request: CallRequest,
  options: ManyOptions = {},
): AsyncGenerator<AgentAnswer, void, undefined> {
  const open = new Map<string, CallEvent[]>();
  for await (const item of callMany(bus, agents, request, { maxAnswerBytes: defaultAnswerBytes, ...options })) {
    const { address } = item;
    const events = open.get(address) ?? [];
    if (item.type === "event") events.push(item.event);
    if (item.type === "event" && item.event.type !== "end") {
      open.set(address, events);
      continue;
    }
    open.delete(address);
    yield { address, events, ...(item.type === "failed" ? { error: item.error } : {}) };
  }
}

export interface Race {
  /** Undefined: nobody gave a whole answer. */
  readonly winner?: AgentAnswer;
  /** Those that failed before, in order. */
  readonly failed: readonly AgentAnswer[];
}

/** The first whole answer; the other calls are left, and their agents stop. */
export async function raceAnswers(
  bus: CallerBus,
  agents: readonly ManyTarget[],
  request: CallRequest,
  options: ManyOptions = {},
): Promise<Race> {
  const failed: AgentAnswer[] = [];
  for await (const answer of gatherAnswers(bus, agents, request, options)) {
    if (answer.error === undefined) return { winner: answer, failed };
    failed.push(answer);
  }
  return { failed };
}
