// What a file is written in.

import { extname } from "node:path";

export type TextFormat = "text" | "markdown" | "html";
export type DocumentFormat = TextFormat | "pdf";

const byExtension: ReadonlyMap<string, TextFormat> = new Map([
  [".md", "markdown"],
  [".markdown", "markdown"],
  [".mdown", "markdown"],
  [".mkd", "markdown"],
  [".html", "html"],
  [".htm", "html"],
  [".xhtml", "html"],
  [".txt", "text"],
]);

const pdfMark = Buffer.from("%PDF-");

/**
 * A PDF is one by its content, whatever its name; the others by their names, or by how they begin. Pure.
 * @param head the file's first bytes, 1 KB of them if it has as many
 */
export function documentFormat(path: string, head: Uint8Array): DocumentFormat {
  const extension = extname(path).toLowerCase();
  const known = byExtension.get(extension);
  if (known === undefined && Buffer.from(head).includes(pdfMark)) return "pdf";
  if (known !== undefined && startsWithPdf(head)) return "pdf";
  if (known !== undefined) return known;
  if (extension === ".pdf") return "pdf";
  return /^\s*<(?:!doctype\s+html|html)\b/i.test(Buffer.from(head).toString("latin1").replace(/^ï»¿/, ""))
    ? "html"
    : "text";
}

/** Prose about PDF may well hold the mark, but does not begin with it. */
function startsWithPdf(head: Uint8Array): boolean {
  return Buffer.from(head).subarray(0, pdfMark.length).equals(pdfMark);
}
