// How an evaluation asks: over the bus as `muster ask`, and for the tools that were called over the control socket.

import { randomUUID } from "node:crypto";
import type { FoundAgent } from "../bus/calling/address.ts";
import { callAgent } from "../bus/calling/call.ts";
import { CallError } from "../bus/calling/call-error.ts";
import type { CallEvent } from "../bus/calling/call-event.ts";
import type { EvaluationPorts, GivenAnswer } from "../runtime/evaluation/run-case.ts";
import { tracedTools } from "../runtime/evaluation/traced-tools.ts";
import { askLocalRuntime } from "./ask-runtime.ts";
import type { Invocation } from "./command.ts";
import { CommandError, exitCode } from "./command-error.ts";
import type { CommandBus } from "./connect-bus.ts";
import type { Terminal } from "./terminal.ts";

/** Longer answers fail. */
const mostAnswerLength = 2 * 1024 * 1024;

export interface Evaluating {
  readonly bus: CommandBus;
  readonly agent: FoundAgent;
  readonly invocation: Invocation;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** Its calls reject with a `CommandError` when the signal fires. */
export function evaluationPorts(evaluating: Evaluating): EvaluationPorts {
  const { invocation, terminal, signal } = evaluating;
  return {
    newSession: () => `test-${randomUUID()}`,
    ask: async ({ prompt, session, timeoutMs }) => {
      const startedAt = performance.now();
      const { bus, agent } = evaluating;
      // One that loads its model first says nothing for long: the time for the whole answer is what counts.
      const options = { signal, timeoutMs, inactivityMs: timeoutMs, sender: bus.sender };
      const events = callAgent(bus.connection, agent.target, { prompt, session }, options);
      const read = await readAnswer(events);
      if (signal.aborted) throw new CommandError("Cancelled", exitCode.interrupted);
      return { ...read, totalMs: performance.now() - startedAt };
    },
    toolsOf: async (session, turn) => {
      try {
        return await askLocalRuntime(invocation, terminal, (directory) =>
          tracedTools(directory, { session, turn }, signal),
        );
      } catch (error) {
        throw signal.aborted ? new CommandError("Cancelled", exitCode.interrupted) : error;
      }
    },
  };
}

/** Leaving the call before its end makes the agent stop. */
async function readAnswer(events: AsyncIterable<CallEvent>): Promise<Omit<GivenAnswer, "totalMs">> {
  let answer = "";
  try {
    for await (const event of events) {
      if (event.type === "question") {
        const failure = `The agent asked "${event.question.prompt.slice(0, 200)}", and here nobody answers`;
        return { answer, failure };
      }
      if (event.type === "text") answer += event.text;
      if (answer.length > mostAnswerLength) return { answer: "", failure: "The answer is longer than 2 MB" };
    }
    return { answer };
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    return { answer, failure: `No whole answer: ${error.message}` };
  }
}
