// The words of an approval's question. Who decides may see nothing else, so they say all of it, in a form that no action can make itself.

import { createHash } from "node:crypto";
import type { ApprovalMark } from "../../protocol/approval.ts";

export interface QuestionFacts extends ApprovalMark {
  /** `agent/owner/name` of who asks. */
  readonly address: string;
  readonly canAlways: boolean;
}

/** The action stands on a line of its own; being one line of printable ASCII, it cannot end that line, nor hide what follows it. */
export function questionText({ id, address, tool, action, canAlways }: QuestionFacts): string {
  const answers = canAlways ? "yes, no or always (the same again, in this conversation)" : "yes or no";
  return [
    `APPROVAL ${id}: agent "${address}" asks whether its tool "${tool}" may do exactly this:`,
    "",
    `    ${action}`,
    "",
    `Answer ${answers}. Only the signed answer of one who may approve counts; on the agent's machine: muster approve ${id}`,
  ].join("\n");
}

/** What an answer names its question by: lower-case hex. */
export function questionDigest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
