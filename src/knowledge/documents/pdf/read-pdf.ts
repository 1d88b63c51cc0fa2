// A PDF, read by a child process that is ended when it takes too long or too much memory: no file can take the runtime with it.

import { availableMemory } from "../../../host/available-memory.ts";
import { childEnvironment } from "../../../host/child-environment.ts";
import { ownCommand } from "../../../host/own-command.ts";
import { readLines } from "../../../host/read-lines.ts";
import { residentBytes } from "../../../host/resident-bytes.ts";
import { startSpokenChild, type SpokenChild } from "../../../host/spoken-child.ts";
import { tailBuffer } from "../../../host/tail-buffer.ts";
import type { Document, Section } from "../document.ts";
import { DocumentError } from "../document.ts";
import { parsePdfMessage, type PdfMessage } from "./pdf-message.ts";

/** The hidden argument that makes our own executable the reading child. */
export const pdfArgument = "__pdf";

export interface PdfBounds {
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /** From its start to its end. */
  readonly timeoutMs?: number;
  readonly maxMemoryBytes?: number;
}

/** A thousand pages take a few seconds. */
const defaultTimeoutMs = 120_000;
/** Far over what text needs; scans are not decoded. On a small machine half of what is left, but enough for what is no bomb. */
const mostMemoryBytes = 768 * 1024 ** 2;
const leastMemoryBytes = 192 * 1024 ** 2;
const lookEveryMs = 100;

/** Throws `DocumentError`, or the signal's reason. The child is gone when it settles. */
export async function readPdf(path: string, bounds: PdfBounds): Promise<Document> {
  const child = start(path, bounds.maxBytes);
  const stopped = Promise.withResolvers<never>();
  const release = watch(child, path, bounds, stopped.reject);
  try {
    return await Promise.race([collect(child, path), stopped.promise]);
  } finally {
    release();
    await child.stop(0);
  }
}

function start(path: string, maxBytes: number): SpokenChild {
  const [program, ...args] = ownCommand([pdfArgument, path, String(maxBytes)]);
  if (program === undefined)
    throw new DocumentError("broken", `Cannot read "${path}": our own executable is not found`);
  try {
    return startSpokenChild({ argv: [program, ...args], environment: childEnvironment({}, keptVariables()), cwd: "/" });
  } catch (cause) {
    throw new DocumentError("broken", `Cannot read "${path}": no process can be started for it`, { cause });
  }
}

/** Nothing secret is among them. */
function keptVariables(): Record<string, string | undefined> {
  return Object.fromEntries(["PATH", "HOME", "TMPDIR"].map((name) => [name, process.env[name]]));
}

/** Calls `stop` once with why it must end. Returns what ends the watching. */
function watch(child: SpokenChild, path: string, bounds: PdfBounds, stop: (reason: unknown) => void): () => void {
  const { signal, timeoutMs = defaultTimeoutMs, maxMemoryBytes = memoryHere() } = bounds;
  const onAbort = () => stop(signal.reason);
  const timer = setTimeout(() => {
    stop(new DocumentError("timeout", `Cannot read "${path}": it took longer than ${timeoutMs / 1000} s`));
  }, timeoutMs);
  const look = setInterval(() => {
    if (residentBytes(child.pid) <= maxMemoryBytes) return;
    stop(
      new DocumentError(
        "too-large",
        `Cannot read "${path}": reading it takes more than ${maxMemoryBytes} bytes of memory`,
      ),
    );
  }, lookEveryMs);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  return () => {
    clearTimeout(timer);
    clearInterval(look);
    signal.removeEventListener("abort", onAbort);
  };
}

function memoryHere(): number {
  const half = (availableMemory()?.ownBytes ?? Number.POSITIVE_INFINITY) / 2;
  return Math.floor(Math.max(leastMemoryBytes, Math.min(mostMemoryBytes, half)));
}

async function collect(child: SpokenChild, path: string): Promise<Document> {
  const sections: Section[] = [];
  const said = tailBuffer();
  let end: Exclude<PdfMessage, { type: "page" }> | undefined;
  const take = (line: string) => {
    const message = parsePdfMessage(line);
    if (message === undefined) said.add(line);
    else if (message.type === "page") addPage(sections, message);
    else end = message;
  };
  await Promise.all([readLines(child.stdout, take), readLines(child.stderr, (line) => said.add(line))]);
  const { code, signal } = await child.ended;
  if (end?.type === "done") {
    if (sections.every(({ text }) => text.trim() === "")) throw textless(path);
    return { ...(end.title === undefined ? {} : { title: end.title }), sections };
  }
  if (end?.type === "failed") throw new DocumentError(end.kind, `Cannot read "${path}": ${end.reason}`);
  const last = said.text().split("\n").at(-1) ?? "";
  const text = `Cannot read "${path}": its reader ended with ${signal ?? `code ${String(code)}`}${last === "" ? "" : ` (${last})`}`;
  throw new DocumentError("broken", text);
}

function textless(path: string): DocumentError {
  const text = `Cannot read "${path}": its pages hold no text, only pictures of it. Have them recognised first, as by "ocrmypdf"`;
  return new DocumentError("textless", text);
}

function addPage(sections: Section[], { page, headings, text }: Extract<PdfMessage, { type: "page" }>): void {
  const last = sections.at(-1);
  if (last?.page === page) sections[sections.length - 1] = { ...last, text: last.text + text };
  else sections.push({ headings, page, text });
}
