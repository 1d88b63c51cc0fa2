// Where a passage stands, as it is cited.

import type { IndexedPassage } from "./contract.ts";

/** `docs/press.md › Oil › Change`, or `manual.pdf, page 12 › Oil`; on one line. */
export function citation({ file, page, headings }: IndexedPassage & { readonly file: string }): string {
  const place = page === undefined ? file : `${file}, page ${page}`;
  return [place, ...headings].map((part) => part.replace(/\s+/g, " ").trim()).join(" › ");
}
