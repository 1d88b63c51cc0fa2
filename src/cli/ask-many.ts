// The side of `muster ask` that asks many agents at once: each answer under its agent's address, or the first whole one alone.

import { callMany } from "../bus/calling/call-many.ts";
import type { ManyOptions, ManyTarget } from "../bus/calling/call-many.ts";
import type { CallRequest } from "../bus/calling/call-request.ts";
import type { AgentAnswer } from "../bus/calling/whole-answer.ts";
import { gatherAnswers, raceAnswers } from "../bus/calling/whole-answer.ts";
import { AnswerWriter } from "./answer-writer.ts";
import { callFailure } from "./call-failure.ts";
import type { Invocation } from "./command.ts";
import { CommandError, exitCode, usageError } from "./command-error.ts";
import type { CommandBus } from "./connect-bus.ts";
import { eventToJson, failureToJson } from "./event-json.ts";
import { neutraliseLine } from "../telemetry/neutralise.ts";
import type { Terminal } from "./terminal.ts";

export interface AskingMany {
  readonly bus: CommandBus;
  readonly agents: readonly ManyTarget[];
  readonly request: CallRequest;
  readonly options: ManyOptions;
  readonly invocation: Invocation;
  readonly terminal: Terminal;
}

/** Resolves to 0 when all answered, or one did in a race, else to 1. Throws a `CommandError`, exit code 130, when it was interrupted. */
export async function askMany(asking: AskingMany): Promise<number> {
  const { invocation, options } = asking;
  const isJson = invocation.flag("json");
  const isWhole = invocation.flag("race")
    ? await race(asking, isJson)
    : await (isJson ? gatherJson(asking) : gatherText(asking));
  if (options.signal?.aborted === true) throw new CommandError("Cancelled", exitCode.interrupted);
  return isWhole ? exitCode.ok : exitCode.error;
}

const maxParallel = 1_024;

/** Calls open at once by `--parallel`; undefined when it was not given. */
export function parallelOption(invocation: Invocation): number | undefined {
  const text = invocation.text("parallel");
  if (text === undefined) return undefined;
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > maxParallel) {
    throw usageError(`--parallel is "${text}"; write how many agents are asked at once, 1 to ${maxParallel}`);
  }
  return count;
}

async function gatherText({ bus, agents, request, options, invocation, terminal }: AskingMany): Promise<boolean> {
  let isWhole = true;
  let gap = "";
  for await (const answer of gatherAnswers(bus.connection, agents, request, options)) {
    if (options.signal?.aborted === true) continue;
    isWhole &&= answer.error === undefined;
    if (answer.events.some(({ type }) => type === "text") || answer.error === undefined) {
      terminal.out(`${gap}==> ${neutraliseLine(answer.address)} <==\n`);
      gap = "\n";
    }
    await showAnswer(answer, invocation, terminal);
  }
  return isWhole;
}

async function gatherJson({ bus, agents, request, options, terminal }: AskingMany): Promise<boolean> {
  let isWhole = true;
  for await (const item of callMany(bus.connection, agents, request, options)) {
    isWhole &&= item.type === "event";
    const fields = item.type === "event" ? eventToJson(item.event) : failureToJson(item.error);
    printJson(terminal, item.address, fields);
  }
  return isWhole;
}

async function race(asking: AskingMany, isJson: boolean): Promise<boolean> {
  const { bus, agents, request, options, invocation, terminal } = asking;
  const { winner, failed } = await raceAnswers(bus.connection, agents, request, options);
  if (options.signal?.aborted === true) return false;
  for (const answer of [...failed, ...(winner === undefined ? [] : [winner])]) {
    if (isJson) showJson(answer, terminal);
    else if (answer === winner) await showAnswer(answer, invocation, terminal);
    else showFailure(answer, terminal);
  }
  if (winner !== undefined && !isJson && !invocation.flag("quiet")) {
    terminal.err(`Answered by ${neutraliseLine(winner.address)}\n`);
  }
  return winner !== undefined;
}

/** Text on standard output; notices on standard error, with the address before them. */
async function showAnswer(answer: AgentAnswer, invocation: Invocation, terminal: Terminal): Promise<void> {
  const err = (text: string): void => terminal.err(`${neutraliseLine(answer.address)}: ${text}`);
  const writer = new AnswerWriter(
    { ...terminal, err },
    { isQuiet: true, canAnswer: false, saveFolder: invocation.text("save") },
  );
  for (const event of answer.events) await writer.write(event);
  writer.finish();
  showFailure(answer, terminal);
}

function showFailure({ address, error }: AgentAnswer, terminal: Terminal): void {
  if (error !== undefined) terminal.err(`${terminal.safeErr(callFailure(error, address).message)}\n`);
}

/** Of an answer that failed only that it did. */
function showJson({ address, events, error }: AgentAnswer, terminal: Terminal): void {
  if (error !== undefined) printJson(terminal, address, failureToJson(error));
  else for (const event of events) printJson(terminal, address, eventToJson(event));
}

function printJson(terminal: Terminal, agent: string, fields: Readonly<Record<string, unknown>>): void {
  terminal.out(`${JSON.stringify({ agent, ...fields })}\n`);
}
