// Puts an agent's question to the person at the terminal.

import { createInterface } from "node:readline/promises";
import type { Question } from "../bus/calling/call-event.ts";
import type { CallRequest } from "../bus/calling/call-request.ts";
import { neutralise } from "../telemetry/neutralise.ts";
import { errStyleFor } from "./style.ts";
import type { Terminal } from "./terminal.ts";

/** Questions wait for each other: one terminal, one question at a time. */
let turn: Promise<unknown> = Promise.resolve();

/** Resolves to the answer; undefined for an empty one, or when `signal` fires. */
export function askOnTerminal(
  question: Question,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<CallRequest | undefined> {
  const mine = turn.then(() => askNow(question, terminal, signal));
  turn = mine;
  return mine;
}

async function askNow(question: Question, terminal: Terminal, signal: AbortSignal): Promise<CallRequest | undefined> {
  const style = errStyleFor(terminal);
  terminal.err(`\n${style.bold("The agent asks:")} ${neutralise(question.prompt)}\n`);
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: true });
  // The line editor takes Ctrl-C for itself; it means the whole call.
  lines.on("SIGINT", () => process.emit("SIGINT"));
  try {
    const answer = await lines.question("your answer> ", { signal });
    return answer.trim() === "" ? undefined : { prompt: answer };
  } catch (error) {
    // The call is over, and its question with it.
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    lines.close();
  }
}
