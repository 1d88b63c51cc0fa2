// A document as it is searched: its text in sections, each under its headings. What it was written in is gone.

export interface Document {
  /** As the document names itself, where it does. */
  readonly title?: string;
  /** In the document's order. */
  readonly sections: readonly Section[];
}

/** Text up to the next heading, or one page of a PDF. Paragraphs, tables, lists and code blocks stand apart by an empty line. */
export interface Section {
  /** The headings that it stands under, the outermost first, its own last. A title stands in for a missing first one. */
  readonly headings: readonly string[];
  /** From 1; PDF only. */
  readonly page?: number;
  /** From 1: where the section begins in the file; text and Markdown only. */
  readonly line?: number;
  /** May be empty under a heading. */
  readonly text: string;
  /** Whether the text stands line by line as in the file. */
  readonly isVerbatim?: boolean;
}

/**
 * `missing`: no such file; `unreadable`: no permission, or no file but a folder or a device; `too-large`: over a limit of bytes, pages, text
 * or memory; `binary`: neither text nor PDF; `encoding`: text in a character set that is not known here; `encrypted`: a PDF that needs a
 * password; `broken`: a PDF that cannot be read; `textless`: a PDF whose pages are pictures; `timeout`: it took too long.
 */
export type DocumentErrorKind =
  "missing" | "unreadable" | "too-large" | "binary" | "encoding" | "encrypted" | "broken" | "textless" | "timeout";

/** Why a document could not be read, in words for its operator: they name the file. */
export class DocumentError extends Error {
  override readonly name = "DocumentError";
  readonly kind: DocumentErrorKind;

  constructor(kind: DocumentErrorKind, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.kind = kind;
  }
}
