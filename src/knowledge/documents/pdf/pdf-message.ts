// What the child that reads a PDF says, a JSON line each.

/** A long page comes in several messages: their texts joined are its text. */
export type PdfMessage =
  | { readonly type: "page"; readonly page: number; readonly headings: readonly string[]; readonly text: string }
  | { readonly type: "done"; readonly title?: string }
  | { readonly type: "failed"; readonly kind: PdfFailure; readonly reason: string };

/** `too-large`: more pages or text than is read. */
export type PdfFailure = "encrypted" | "broken" | "too-large";

/** So that a line is never longer than what a reader of lines takes, whatever has to be escaped. */
const mostCharacters = 8_000;

export function encodePdfMessage(message: PdfMessage): string {
  if (message.type !== "page" || message.text.length <= mostCharacters) return `${JSON.stringify(message)}\n`;
  const first = { ...message, text: message.text.slice(0, mostCharacters) };
  const rest = { ...message, headings: [], text: message.text.slice(mostCharacters) };
  return `${JSON.stringify(first)}\n${encodePdfMessage(rest)}`;
}

/** Undefined for a line that is none: a library may print, and a page may hold anything. */
export function parsePdfMessage(line: string): PdfMessage | undefined {
  const value = parsed(line);
  if (!isRecord(value)) return undefined;
  const { type, page, headings, text, title, kind, reason } = value;
  if (type === "page" && typeof page === "number" && isTexts(headings) && typeof text === "string") {
    return { type, page, headings, text };
  }
  if (type === "done") return { type, ...(typeof title === "string" ? { title } : {}) };
  if (type === "failed" && isFailure(kind) && typeof reason === "string") return { type, kind, reason };
  return undefined;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // Not a message of ours.
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isFailure(value: unknown): value is PdfFailure {
  return value === "encrypted" || value === "broken" || value === "too-large";
}
