// The child process that reads one PDF: pages on standard output, a JSON line each.

import { endBeforeOthers } from "../../../host/oom-score.ts";
import { openDocument } from "../open-document.ts";
import { encodePdfMessage, type PdfMessage } from "./pdf-message.ts";
import { readPages } from "./read-pages.ts";

/** @param args the file's path and its largest size in bytes. Resolves to the exit code. */
export async function run([path = "", maxBytes = ""]: readonly string[]): Promise<number> {
  endBeforeOthers();
  const output = Bun.stdout.writer();
  for await (const message of messages(path, Number(maxBytes))) {
    await output.write(encodePdfMessage(message));
    // What is written waits for its reader: a page at a time is held.
    await output.flush();
  }
  await output.end();
  return 0;
}

async function* messages(path: string, maxBytes: number): AsyncGenerator<PdfMessage, void, void> {
  try {
    const file = await openDocument(path, maxBytes);
    const bytes = new Uint8Array(await file.whole());
    await file.close();
    yield* readPages(bytes);
  } catch (error) {
    yield { type: "failed", kind: "broken", reason: error instanceof Error ? error.message : String(error) };
  }
}
