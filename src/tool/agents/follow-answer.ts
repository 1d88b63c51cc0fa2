// Reads another agent's answer for a tool: its progress becomes our status, its questions go to who may answer them.

import { neutralise, neutraliseLine } from "../../telemetry/neutralise.ts";
import type { ToolContext, ToolFile } from "../contract.ts";
import { ToolError } from "../contract.ts";
import type { RemoteAgent, RemoteEvent, RemoteFile, RemoteQuestion } from "./port.ts";
import { saveName } from "./save-name.ts";

/** Questions of one call; one who asks more gets no answer any more. */
const maxQuestions = 16;
const maxQuestionLength = 4 * 1024;
/** Between two status tokens: whoever sends more is not repeated. */
const statusMs = 200;
const maxStatusLength = 40;

export interface Follow {
  /** Name of the tool: it leads the status tokens. */
  readonly tool: string;
  readonly agent: RemoteAgent;
  readonly context: ToolContext;
  /** How long our caller's answer is waited for. */
  readonly questionTimeoutMs: number;
  onText(text: string): void;
  onFiles(files: readonly RemoteFile[]): Promise<void>;
  /** What is done with a question that is no approval: `stop` leaves it open and ends the reading. */
  onQuestion(question: RemoteQuestion): "ask-caller" | "deny" | "stop";
}

/** Resolves to the question that stopped it; undefined at the end of the answer. Throws the call's `ToolError`. */
export async function followAnswer(
  events: AsyncIterator<RemoteEvent>,
  follow: Follow,
): Promise<RemoteQuestion | undefined> {
  const tell = statusTeller(follow);
  let asked = 0;
  for (;;) {
    const next = await events.next();
    if (next.done === true) return undefined;
    const event = next.value;
    switch (event.type) {
      case "text":
        follow.onText(event.text);
        break;
      case "status":
        tell(event.status);
        break;
      case "files":
        await follow.onFiles(event.files);
        break;
      case "question": {
        const { question } = event;
        asked += 1;
        const receiver = asked > maxQuestions ? "deny" : receiverOf(question, follow);
        if (receiver === "stop") return question;
        if (receiver === "deny") question.answer("no: nobody answers questions here");
        else if (receiver === "ask-caller") void askCaller(question, follow);
        else tell("approval");
        break;
      }
    }
  }
}

/** An approval is left to whom the other agent lets approve: nothing that we say counts as yes, and a "no" of ours would take theirs away. */
function receiverOf(question: RemoteQuestion, follow: Follow): "ask-caller" | "deny" | "stop" | "leave" {
  return question.isApproval ? "leave" : follow.onQuestion(question);
}

/** The answer goes on meanwhile. Never rejects: when nobody answers, the other agent is told. */
async function askCaller(question: RemoteQuestion, { agent, context, questionTimeoutMs }: Follow): Promise<void> {
  try {
    const answer = await context.ask({
      prompt: `The agent "${agent.name}" asks: ${neutralise(question.prompt).slice(0, maxQuestionLength)}`,
      files: question.files.flatMap(toolFile),
      timeoutMs: questionTimeoutMs,
    });
    question.answer(answer.text, answer.files);
  } catch (error) {
    const reason = error instanceof ToolError ? error.message : "nobody answers";
    question.answer(`no: ${reason}`);
  }
}

/** One that can be given on, under a name that is one. */
export function toolFile({ filename, data }: RemoteFile, index: number): readonly ToolFile[] {
  return data === undefined ? [] : [{ filename: saveName(filename, index + 1), data }];
}

function statusTeller({ tool, context }: Follow): (status: string) => void {
  let lastMs = Number.NEGATIVE_INFINITY;
  return (status) => {
    const nowMs = performance.now();
    if (nowMs - lastMs < statusMs) return;
    lastMs = nowMs;
    const token = neutraliseLine(status).replace(/\s+/g, "-").slice(0, maxStatusLength);
    context.status(`${tool}:${token}`);
  };
}
