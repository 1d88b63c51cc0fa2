// What was said, as attributes: only where the operator asked for it. Messages are JSON in the shape of the conventions; all of it is bounded.

/** Characters of one text. */
const maxContentLength = 16 * 1024;

export function messageOf(role: "user" | "assistant", text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  return JSON.stringify([{ role, parts: [{ type: "text", content: bounded(text) }] }]);
}

export function contentOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return bounded(typeof value === "string" ? value : JSON.stringify(value));
}

function bounded(text: string): string {
  if (text.length <= maxContentLength) return text.toWellFormed();
  return `${text.slice(0, maxContentLength).toWellFormed()}…`;
}
