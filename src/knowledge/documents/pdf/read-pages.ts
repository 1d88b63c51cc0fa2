// A PDF's pages by pdf.js. Only the child that is made for it runs this: a hostile file can keep it busy for ever.

import { headingText } from "../heading-path.ts";
import { outlineByPage } from "./outline.ts";
import { pageText } from "./page-text.ts";
import type { PdfMessage } from "./pdf-message.ts";

/** Large manuals have a few thousand. */
const mostPages = 10_000;
const mostCharacters = 64 * 1024 ** 2;

/** Its pages with text, in order, and the end. Never throws. */
export async function* readPages(bytes: Uint8Array): AsyncGenerator<PdfMessage, void, void> {
  try {
    yield* pages(bytes);
  } catch (error) {
    yield { type: "failed", ...failureOf(error) };
  }
}

async function* pages(bytes: Uint8Array): AsyncGenerator<PdfMessage, void, void> {
  const { getDocument } = await import("unpdf/pdfjs");
  const document = await getDocument({
    data: bytes,
    verbosity: 0,
    useSystemFonts: false,
    disableFontFace: true,
    useWorkerFetch: false,
  }).promise;
  if (document.numPages > mostPages) {
    yield tooLarge(`it has ${document.numPages} pages, and ${mostPages} are the most that is read`);
    return;
  }
  const outline = await outlineByPage(document);
  let characters = 0;
  for (let number = 1; number <= document.numPages; number++) {
    const page = await document.getPage(number);
    const { items } = await page.getTextContent();
    page.cleanup();
    const text = pageText(items.filter((item) => "str" in item));
    characters += text.length;
    if (characters > mostCharacters) {
      yield tooLarge(`it has more than ${mostCharacters} characters of text`);
      return;
    }
    if (text !== "") yield { type: "page", page: number, headings: outline.headingsOf(number), text };
  }
  const title = await titleOf(document);
  yield { type: "done", ...(title === undefined ? {} : { title }) };
}

async function titleOf(document: { getMetadata(): Promise<{ readonly info: object }> }): Promise<string | undefined> {
  const { info } = await document.getMetadata();
  if (!("Title" in info) || typeof info.Title !== "string") return undefined;
  const title = headingText(info.Title);
  return title === "" ? undefined : title;
}

function tooLarge(reason: string): PdfMessage {
  return { type: "failed", kind: "too-large", reason };
}

function failureOf(error: unknown): { kind: "encrypted" | "broken"; reason: string } {
  const isLocked = error instanceof Error && error.name === "PasswordException";
  if (isLocked) return { kind: "encrypted", reason: "it asks for a password. Save a copy without one" };
  return { kind: "broken", reason: error instanceof Error ? error.message : String(error) };
}
