// Takes secrets out of what comes back: a service may repeat what it was sent, a program print its environment.

import type { Secret } from "../manifest/secret.ts";

const mask = "***";
/** Shorter ones stand in any text by chance, and taking them out tells what they are. */
const shortestChars = 4;

export interface Redaction {
  /** The text without any of the secrets, in the forms in which they are usually repeated. */
  (text: string): string;
  /** So many characters at a cut may be a part of one. */
  readonly longest: number;
}

/** A secret of several words, such as `Bearer …`, is each of its longer words, too. */
export function redaction(secrets: readonly Secret[]): Redaction {
  const forms = [...new Set(secrets.flatMap((secret) => formsOf(secret.reveal())))].sort((a, b) => b.length - a.length);
  const redact = (text: string): string => forms.reduce((left, form) => left.replaceAll(form, mask), text);
  return Object.assign(redact, { longest: forms[0]?.length ?? 0 });
}

function formsOf(value: string): readonly string[] {
  const words = value.split(/\s+/).filter((word) => word.length >= 2 * shortestChars);
  const plain = [value.trim(), ...words].filter((form) => form.length >= shortestChars);
  return plain.flatMap((form) => [form, JSON.stringify(form).slice(1, -1), encodeURIComponent(form), btoaOf(form)]);
}

function btoaOf(form: string): string {
  return Buffer.from(form).toString("base64").replace(/=+$/, "");
}
