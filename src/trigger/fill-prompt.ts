// The prompt of one run: its template filled once with what came. What came is text from outside, and is never read as a template.

import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { fillTemplate, type Placeholder, placeholdersOf, valueAt } from "../manifest/prompt-template.ts";
import type { TriggerConfig } from "../manifest/trigger.ts";
import type { Attachment } from "../protocol/attachment.ts";
import type { OpenRun, RunEvent } from "./store/run-record.ts";

export interface FilledPrompt {
  readonly text: string;
  readonly attachments: readonly Attachment[];
}

/** The event cannot be a prompt. The text says why. */
export class UnfitEvent extends Error {
  override readonly name = "UnfitEvent";
}

/** Throws an `UnfitEvent`. What is no text, and a file that the template does not ask for, goes along as an attachment. */
export async function fillPrompt(
  { name, prompt, source }: Pick<TriggerConfig, "name" | "prompt" | "source">,
  run: OpenRun,
  maxBytes: number,
): Promise<FilledPrompt> {
  const { event } = run;
  const data = await payloadOf(event, maxBytes);
  const payload = data === undefined ? undefined : decode(data);
  const wantsPayload = placeholdersOf(prompt).some((one) => typeof one !== "string" && one.name === "payload");
  const isAttached = data !== undefined && (payload === undefined || (source.type === "file" && !wantsPayload));
  const values: Readonly<Record<string, string | undefined>> = {
    trigger: name,
    run: run.id,
    time: new Date(run.dueMs).toISOString(),
    subject: event?.name,
    topic: event?.name,
    name: event?.name,
    path: event?.path,
    payload: payload ?? (isAttached ? "(attached)" : undefined),
  };
  const text = fillTemplate(prompt, (wanted) => valueOf(wanted, values));
  if (text.trim() === "") throw new UnfitEvent("What came makes an empty prompt");
  if (Buffer.byteLength(text) > maxBytes) throw tooLarge(Buffer.byteLength(text), maxBytes);
  return { text, attachments: isAttached ? [{ filename: attachedName(event), data }] : [] };
}

/** Where the answer goes, its placeholders filled: `/var/reports/{{time}}.md`. A time has no colons there. */
export function fillPath(
  template: string,
  run: { readonly id: string; readonly trigger: string; readonly dueMs: number },
): string {
  const time = new Date(run.dueMs)
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(":", "-");
  const values: Readonly<Record<string, string>> = { time, run: run.id, trigger: run.trigger };
  return fillTemplate(template, (wanted) => values[wanted.name]);
}

function valueOf(
  { name, keys }: Placeholder,
  values: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const value = values[name];
  return value === undefined || keys.length === 0 ? value : valueAt(value, keys);
}

async function payloadOf(event: RunEvent | undefined, maxBytes: number): Promise<Uint8Array | undefined> {
  if (event?.path === undefined) {
    const bytes = event?.payload?.byteLength ?? 0;
    if (bytes > maxBytes) throw tooLarge(bytes, maxBytes);
    return event?.payload;
  }
  return readFile(event.path, maxBytes);
}

/** A link is not followed: whoever may write into the folder could have any file of ours read. */
async function readFile(path: string, maxBytes: number): Promise<Uint8Array> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (cause: unknown) => {
      throw new UnfitEvent(`The file cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
    },
  );
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new UnfitEvent("It is no regular file");
    if (stat.size > maxBytes) throw tooLarge(stat.size, maxBytes);
    const buffer = Buffer.alloc(stat.size);
    const { bytesRead } = await file.read(buffer, 0, stat.size, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function attachedName(event: RunEvent | undefined): string {
  return event?.path === undefined ? "payload" : event.name;
}

function decode(data: Uint8Array): string | undefined {
  if (data.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(data);
  } catch {
    return undefined; // Not UTF-8, hence no text.
  }
}

function tooLarge(bytes: number, maxBytes: number): UnfitEvent {
  return new UnfitEvent(`What came has ${bytes} bytes; this agent takes at most ${maxBytes} (max_payload)`);
}
