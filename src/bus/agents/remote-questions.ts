// The questions of one call, each held open until a tool answers it.

import type { RemoteFile, RemoteQuestion } from "../../tool/agents/port.ts";
import type { Question } from "../calling/call-event.ts";
import type { CallRequest } from "../calling/call-request.ts";
import { deferred } from "../deferred.ts";

export class RemoteQuestions {
  readonly #asked: RemoteQuestion[] = [];

  /** Resolves with the answer. */
  open(question: Question, over: AbortSignal): Promise<CallRequest | undefined> {
    const answered = deferred<CallRequest | undefined>();
    over.addEventListener("abort", () => answered.resolve(undefined), { once: true });
    this.#asked.push({
      prompt: question.prompt,
      files: filesOf(question),
      isApproval: question.approval !== undefined,
      answer: (prompt, attachments = []) => answered.resolve({ prompt, attachments }),
    });
    return answered.promise;
  }

  /** The one that was opened first of those that were not taken. */
  take(): RemoteQuestion | undefined {
    return this.#asked.shift();
  }
}

function filesOf({ attachments, refused = [] }: Question): readonly RemoteFile[] {
  return [...attachments, ...refused];
}
