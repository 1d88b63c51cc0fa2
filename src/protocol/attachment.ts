// Files that travel in a request or a response (§5, §6).

import { decodeBase64, encodeBase64 } from "./base64.ts";

export interface Attachment {
  /** A name, never a path. */
  readonly filename: string;
  readonly data: Uint8Array;
  /** Unknown fields of the attachment, kept. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** A file that is left out: its name is none, or its content cannot be read. */
export interface RefusedFile {
  /** As the sender gave it: anything at all. */
  readonly filename: string;
  /** Absent: its content is no base64. */
  readonly data?: Uint8Array;
}

/** What is known of an attachment that `decodeAttachment` refused; undefined when that is too little. */
export function refusedFile(value: unknown): RefusedFile | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { filename, content }: Record<string, unknown> = { ...value };
  if (typeof filename !== "string") return undefined;
  const data = typeof content === "string" ? decodeBase64(content) : undefined;
  return { filename, ...(data === undefined ? {} : { data }) };
}

/** Why a file name is refused; undefined when it is a plain name. */
export function fileNameProblem(filename: string): string | undefined {
  if (filename === "") return "is empty";
  if (filename === "." || filename === "..") return "is a folder";
  if (/[/\\\0]/.test(filename)) return "holds a path separator or NUL";
  return undefined;
}

/** One attachment of a JSON document, or the text of what is wrong with it. */
export function decodeAttachment(value: unknown): Attachment | string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "is not an object";
  const { filename, content, ...extra }: Record<string, unknown> = { ...value };
  if (typeof filename !== "string") return 'has no string "filename"';
  const problem = fileNameProblem(filename);
  if (problem !== undefined) return `has a "filename" that ${problem}`;
  if (typeof content !== "string") return 'has no string "content"';
  const data = decodeBase64(content);
  if (data === undefined) return 'has a "content" that is not standard base64';
  return Object.keys(extra).length === 0 ? { filename, data } : { filename, data, extra };
}

export function attachmentToJson(attachment: Attachment): Record<string, unknown> {
  return { ...attachment.extra, filename: attachment.filename, content: encodeBase64(attachment.data) };
}
