// Puts an agent's question to the person at the terminal.

import { createInterface } from "node:readline/promises";
import type { Question } from "../bus/calling/call-event.ts";
import type { CallRequest } from "../bus/calling/call-request.ts";
import type { RequestSender } from "../bus/identity/request-sender.ts";
import { isUsableAnswer, wantedWords, whyUnsigned } from "./approval-answer.ts";
import { neutralise } from "../telemetry/neutralise.ts";
import { errStyleFor } from "./style.ts";
import type { Terminal } from "./terminal.ts";

/** Questions wait for each other: one terminal, one question at a time. */
let turn: Promise<unknown> = Promise.resolve();

/** Resolves to the answer; undefined for an empty one, for an approval that `sender` cannot sign, or when `signal` fires. */
export function askOnTerminal(
  question: Question,
  { terminal, sender }: { readonly terminal: Terminal; readonly sender: RequestSender },
  signal: AbortSignal,
): Promise<CallRequest | undefined> {
  const mine = turn.then(() => askNow(question, { terminal, sender }, signal));
  turn = mine;
  return mine;
}

async function askNow(
  question: Question,
  { terminal, sender }: { readonly terminal: Terminal; readonly sender: RequestSender },
  signal: AbortSignal,
): Promise<CallRequest | undefined> {
  const style = errStyleFor(terminal);
  terminal.err(`\n${style.bold("The agent asks:")} ${neutralise(question.prompt)}\n`);
  const unsigned = await whyUnsigned(question, sender);
  if (unsigned !== undefined) terminal.err(unsigned);
  if (unsigned !== undefined) return undefined;
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: true });
  // The line editor takes Ctrl-C for itself; it means the whole call.
  lines.on("SIGINT", () => process.emit("SIGINT"));
  try {
    for (;;) {
      const answer = await lines.question("your answer> ", { signal });
      if (answer.trim() === "") return undefined;
      if (isUsableAnswer(question, answer)) return { prompt: answer };
      terminal.err(wantedWords);
    }
  } catch (error) {
    // The call is over, and its question with it.
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    lines.close();
  }
}
