// Which subjects a tool may use: one subject without wildcards, on the list that allows it, or on the list that wants it approved.

import { isOpenSubject, matchesSubject } from "../../protocol/subject-pattern.ts";
import type { ToolContext } from "../contract.ts";
import { ToolError } from "../contract.ts";

export interface SubjectRules {
  readonly name: string;
  readonly allow: readonly string[];
  readonly ask: readonly string[];
  readonly maxPayloadBytes: number;
}

/** Resolves when the message may be sent. Rejects with a `ToolError` that says what may be, or with the signal's reason. */
export async function guardMessage(
  rules: SubjectRules,
  message: { readonly verb: "publish to" | "request"; readonly subject: string; readonly payload: string },
  context: ToolContext,
): Promise<void> {
  const { name, maxPayloadBytes } = rules;
  const { verb, subject, payload } = message;
  const bytes = Buffer.byteLength(payload);
  if (bytes > maxPayloadBytes) {
    throw new ToolError("limit", `The payload takes ${bytes} bytes, and may take at most ${maxPayloadBytes}`);
  }
  if (isListed(rules.allow, subject)) return;
  if (!isListed(rules.ask, subject)) {
    throw new ToolError("denied", `"${subject}" is not allowed. Use ${subjectList(rules)}`);
  }
  const action = `${verb} ${subject}${payload === "" ? " without a payload" : `: ${payload}`}`;
  const approval = await context.approve({ tool: name, action, key: JSON.stringify([verb, subject, payload]) });
  if (!approval.isGranted) throw new ToolError("denied", `This was not approved: ${approval.reason}. Nothing was sent`);
}

/** For a model: the subjects, with what a wildcard stands for where there is one. */
export function subjectList({ allow, ask }: Pick<SubjectRules, "allow" | "ask">): string {
  const all = [...allow, ...ask];
  const list = all.map((pattern) => `"${pattern}"`).join(", ");
  const hasStar = all.some((pattern) => pattern.includes("*"));
  const hasRest = all.some((pattern) => pattern.endsWith(">"));
  const star = hasStar ? ['"*" stands for one word'] : [];
  const rest = hasRest ? ['">" for one or more words at the end'] : [];
  return star.length + rest.length === 0 ? list : `${list} (${[...star, ...rest].join(", ")}; write the words out)`;
}

function isListed(patterns: readonly string[], subject: string): boolean {
  return isOpenSubject(subject) && patterns.some((pattern) => matchesSubject(pattern, subject));
}
