// Plain text: one section, as it stands in the file.

import type { Document } from "./document.ts";

export function readPlainText(text: string): Document {
  return { sections: text.trim() === "" ? [] : [{ headings: [], line: 1, text, isVerbatim: true }] };
}
