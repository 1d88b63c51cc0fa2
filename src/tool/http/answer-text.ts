// An HTTP answer as text for a model: its status, its kind, and its body as far as there is room.

import { neutralise } from "../../telemetry/neutralise.ts";
import { boundedText } from "../bounded-text.ts";
import { formatBytes } from "../format-bytes.ts";
import type { Redaction } from "../redact.ts";
import type { HttpAnswer } from "./send-once.ts";

/** A text in which more characters than one in so many are broken is none. */
const brokenShare = 20;

export function answerText(answer: HttpAnswer, redact: Redaction, maxBytes: number): string {
  const { status, reason, isCut, body } = answer;
  const type = headerOf(answer, "content-type");
  const kind = type === undefined ? "" : `, ${neutralise(redact(type)).slice(0, 100)}`;
  const head = `${status} ${neutralise(redact(reason)).slice(0, 100)}`.trim();
  const text = bodyText(answer, type);
  if (text === undefined)
    return `${head}${kind}\n[Binary answer of ${isCut ? "more than " : ""}${formatBytes(body.length)}]`;
  const whole = redact(neutralise(text));
  // A cut may have gone through a secret.
  const shown = isCut ? `${whole.slice(0, Math.max(0, whole.length - redact.longest))}\n[The answer goes on]` : whole;
  return `${head}${kind}\n${shown === "" ? "[No text]" : boundedText(shown, maxBytes)}`;
}

/** The first of that name. */
export function headerOf({ headers }: HttpAnswer, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : value?.[0];
}

/** Undefined: it is no text. */
function bodyText({ body }: HttpAnswer, type = ""): string | undefined {
  if (body.includes(0)) return undefined;
  const text = new TextDecoder(isLatin(type) ? "windows-1252" : "utf-8").decode(body);
  const broken = text.split("\uFFFD").length - 1;
  return broken > 1 && broken * brokenShare > text.length ? undefined : text;
}

/** What machines that are no longer young write. */
function isLatin(type: string): boolean {
  return /charset="?(iso-8859-1|latin1|windows-1252|us-ascii)/i.test(type);
}
