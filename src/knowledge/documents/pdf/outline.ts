// A PDF's outline as headings of its pages: an entry holds from its page to the next entry's of its level or above.

import { HeadingPath } from "../heading-path.ts";

export interface PdfOutline {
  /** Of the text at a page's beginning; on the page itself the first entry of it. Asked for in the order of the pages. */
  headingsOf(page: number): readonly string[];
}

interface Entry {
  readonly title: string;
  readonly dest: unknown;
  readonly items: readonly unknown[];
}

/** What is needed of pdf.js's document. */
interface OutlinedDocument {
  getOutline(): Promise<readonly unknown[] | null>;
  getDestination(name: string): Promise<readonly unknown[] | null>;
  getPageIndex(reference: { num: number; gen: number }): Promise<number>;
}

/** More is no outline for a reader. */
const mostEntries = 5_000;
const deepest = 6;

/** Entries that lead nowhere are passed over; an outline that cannot be read is none. */
export async function outlineByPage(document: OutlinedDocument): Promise<PdfOutline> {
  const entries: { level: number; title: string; page: number }[] = [];
  await collect(document, (await entriesOf(document)) ?? [], 1, entries);
  entries.sort((a, b) => a.page - b.page);
  const path = new HeadingPath();
  let at = 0;
  return {
    headingsOf: (page) => {
      let shown: readonly string[] | undefined;
      for (let entry = entries[at]; entry !== undefined && entry.page <= page; entry = entries[++at]) {
        path.enter(entry.level, entry.title);
        if (entry.page === page) shown ??= path.current();
      }
      return shown ?? path.current();
    },
  };
}

async function entriesOf(document: OutlinedDocument): Promise<readonly unknown[] | null> {
  try {
    return await document.getOutline();
  } catch {
    return null; // The pages are what matters.
  }
}

async function collect(
  document: OutlinedDocument,
  items: readonly unknown[],
  level: number,
  found: { level: number; title: string; page: number }[],
): Promise<void> {
  for (const item of items) {
    if (found.length >= mostEntries || level > deepest) return;
    if (!isEntry(item)) continue;
    const page = await pageOf(document, item.dest);
    if (page !== undefined) found.push({ level, title: item.title, page });
    await collect(document, item.items, level + 1, found);
  }
}

async function pageOf(document: OutlinedDocument, dest: unknown): Promise<number | undefined> {
  try {
    const explicit: unknown = typeof dest === "string" ? await document.getDestination(dest) : dest;
    const reference: unknown = Array.isArray(explicit) ? explicit[0] : undefined;
    if (typeof reference === "number") return reference + 1;
    return isReference(reference) ? (await document.getPageIndex(reference)) + 1 : undefined;
  } catch {
    return undefined; // It leads to a page that is not there.
  }
}

function isEntry(item: unknown): item is Entry {
  return (
    typeof item === "object" &&
    item !== null &&
    "title" in item &&
    typeof item.title === "string" &&
    "dest" in item &&
    "items" in item &&
    Array.isArray(item.items)
  );
}

function isReference(value: unknown): value is { num: number; gen: number } {
  return (
    typeof value === "object" &&
    value !== null &&
    "num" in value &&
    typeof value.num === "number" &&
    "gen" in value &&
    typeof value.gen === "number"
  );
}
