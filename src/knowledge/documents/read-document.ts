// A file as a document: text, Markdown, HTML or PDF, told apart by its content and its name.

import type { Document } from "./document.ts";
import { decodeText } from "./decode-text.ts";
import { documentFormat } from "./document-format.ts";
import { openDocument } from "./open-document.ts";
import { readHtml } from "./html.ts";
import { readMarkdown } from "./markdown.ts";
import { readPdf } from "./pdf/read-pdf.ts";
import { readPlainText } from "./plain-text.ts";

export interface ReadDocumentOptions {
  /** The largest file to be read. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/**
 * Reads a whole document. A PDF is read by a child process, within bounds of time and memory: a hostile one ends that.
 * @param path absolute
 * @throws {DocumentError} or the signal's reason
 */
export async function readDocument(path: string, options: ReadDocumentOptions): Promise<Document> {
  const { maxBytes, signal } = options;
  signal.throwIfAborted();
  const file = await openDocument(path, maxBytes);
  try {
    const format = documentFormat(path, await file.head());
    if (format === "pdf") return await readPdf(path, options);
    const bytes = await file.whole();
    signal.throwIfAborted();
    return readers[format](decodeText(bytes, path, format));
  } finally {
    await file.close();
  }
}

const readers = { text: readPlainText, markdown: readMarkdown, html: readHtml };
