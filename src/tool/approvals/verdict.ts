// What an answer to an approval's question is worth. Whatever is not a plain yes of a verified approver to this very question is a no.

import { parseAgentId } from "../../protocol/agent-id.ts";
import { type ApprovalWord, readApprovalWord } from "../../protocol/approval.ts";
import { isApprover } from "../../protocol/sender-rules.ts";
import { neutraliseLine } from "../../telemetry/neutralise.ts";
import type { ToolCaller } from "../contract.ts";
import type { ApprovalAnswer, Verdict } from "./contract.ts";

export interface ApproverRules {
  /** User NKEYs or agent IDs. */
  readonly approve: readonly string[];
  /** Of them, none. */
  readonly deny: readonly string[];
}

export interface AnsweredQuestion {
  readonly digest: string;
  readonly rules: ApproverRules;
}

export function verdictOf(answer: ApprovalAnswer, question: AnsweredQuestion): Verdict {
  if (answer.type === "unusable") return no(`the answer cannot be read: ${answer.reason}`);
  const word = readApprovalWord(answer.text);
  if (word === undefined) return no(`the answer is none of yes, no and always: ${excerpt(answer.text)}`);
  if (word === "no") return { answer: "no", by: answer.sender?.isVerified === true ? answer.sender.id : "caller" };
  return yes(word, answer, question);
}

function yes(
  word: Exclude<ApprovalWord, "no">,
  { files, sender, senderProblem, approves }: Extract<ApprovalAnswer, { type: "answer" }>,
  { digest, rules }: AnsweredQuestion,
): Verdict {
  if (senderProblem !== undefined) return no(`the answer's signature does not hold: ${senderProblem}`);
  if (sender?.isVerified !== true) return no("the answer is not signed");
  if (!mayApprove(sender, rules)) return no(`"${sender.id}" may not approve`);
  if (approves === undefined) return no(`the answer of "${sender.id}" does not say which question it is for`);
  if (approves !== digest) return no(`the answer of "${sender.id}" is for another question`);
  if (files.length > 0) return no(`the answer of "${sender.id}" carries more than a word`);
  return { answer: word, by: sender.id };
}

function mayApprove({ id }: ToolCaller, rules: ApproverRules): boolean {
  const parsed = parseAgentId(id);
  return parsed !== undefined && isApprover(parsed, rules);
}

function no(reason: string): Verdict {
  return { answer: "no", by: "nobody", reason };
}

function excerpt(text: string): string {
  const line = neutraliseLine(text);
  return JSON.stringify(line.length <= 80 ? line : `${line.slice(0, 80)}…`);
}
