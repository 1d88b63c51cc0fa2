// What a server that asks something (`elicitation/create`) is answered: by the caller of the call that it asks in, or nobody.

import type { OpenCalls } from "./open-calls.ts";
import { readAnswer } from "./form-answer.ts";
import { type FieldValue, readForm } from "./question-form.ts";
import { questionWords } from "./question-words.ts";

export interface QuestionResult {
  readonly action: "accept" | "decline" | "cancel";
  readonly content?: Record<string, FieldValue>;
}

/** An answer that does not fit is asked for once more. */
const tries = 2;

/** `server`: the entry's name. Rejects only with the reason of the turn's signal. */
export async function answerQuestion(given: unknown, server: string, calls: OpenCalls): Promise<QuestionResult> {
  const form = readForm(given);
  const call = calls.asking();
  if (form === undefined || call === undefined) return { action: "decline" };
  let problem: string | undefined;
  for (let count = 0; count < tries; count++) {
    const said = await call.question(questionWords(form, server, problem));
    if (said === undefined) return { action: "cancel" };
    const answer = readAnswer(said, form);
    if (answer.type === "content") return { action: "accept", content: { ...answer.content } };
    if (answer.type !== "unfit") return { action: answer.type };
    problem = answer.reason;
  }
  return { action: "cancel" };
}
