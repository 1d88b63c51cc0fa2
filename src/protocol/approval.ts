// An approval's question and answer on the wire: a query (§7) with a mark, and an answer that is signed (§13) and names the question it is for.
// Ours; other callers ignore both (docs/approvals.md).

/** What a query has beside its text when it asks for leave to act. Its text says all of it, too: a person decides by the text. */
export interface ApprovalMark {
  /** By which the agent's local operator knows it. */
  readonly id: string;
  readonly tool: string;
  /** Exactly what would be done. */
  readonly action: string;
}

/** In the envelope of an answer: SHA-256 of the question's text in UTF-8, lower-case hex. It keeps a yes to one question from being passed on as a yes to another. */
export const approvesField = "approves";

/** `always`: also the same action again, in this conversation. */
export type ApprovalWord = "yes" | "no" | "always";

const words: ReadonlyMap<string, ApprovalWord> = new Map([
  ["yes", "yes"],
  ["no", "no"],
  ["always", "always"],
  ["always in this conversation", "always"],
]);

/** One of the words and nothing else, in any case; undefined for every other text. */
export function readApprovalWord(text: string): ApprovalWord | undefined {
  return words.get(text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "").toLowerCase());
}

/** The mark in a query's data; undefined when it is none, or not one that can be read. */
export function decodeApprovalMark(value: unknown): ApprovalMark | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { id, tool, action } = { id: undefined, tool: undefined, action: undefined, ...value };
  return isText(id) && isText(tool) && isText(action) ? { id, tool, action } : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
