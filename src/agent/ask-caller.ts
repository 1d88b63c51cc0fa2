// A tool's question on its way to the caller, and the answer back (§7).

import type { ToolAnswer, ToolQuestion } from "../tool/contract.ts";
import { ToolError } from "../tool/contract.ts";
import type { QuestionAnswer } from "./contract.ts";
import type { Emit } from "./events-during.ts";

/**
 * Resolves with the answer.
 * @throws {ToolError} `timeout` when none comes in time, `failed` for one that cannot be taken; or the signal's reason
 */
export async function askCaller(question: ToolQuestion, emit: Emit, signal: AbortSignal): Promise<ToolAnswer> {
  signal.throwIfAborted();
  const { prompt, files = [], timeoutMs } = question;
  const answered = Promise.withResolvers<QuestionAnswer>();
  const patience = new AbortController();
  const timer = setTimeout(() => answered.reject(noAnswer(timeoutMs)), timeoutMs);
  const onAbort = () => answered.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    emit({
      type: "question",
      question: { prompt, files, signal: patience.signal, onAnswer: (answer) => answered.resolve(answer) },
    });
    return read(await answered.promise);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    patience.abort();
  }
}

function read(answer: QuestionAnswer): ToolAnswer {
  if (answer.type === "answer") return { text: answer.text, files: answer.files };
  throw new ToolError("failed", `The answer cannot be taken: ${answer.reason}`);
}

function noAnswer(timeoutMs: number): ToolError {
  return new ToolError("timeout", `Nobody answered within ${Math.round(timeoutMs / 1000)} s`);
}
