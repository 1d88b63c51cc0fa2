// Which agents a prompt has come through: an envelope field of ours (§5.6). Each of them waits for what it asked, so that one which is prompted
// back would wait for itself.

export const viaField = "muster_via";

/** The last ones; a loop through more is ended by the count of hops. */
const mostNamed = 32;
const maxLength = 255;

/** Prompt subjects in the further fields of an envelope, the nearest last; what is no list of them is none. It may be made up: it refuses only. */
export function readVia(extra: Readonly<Record<string, unknown>>): readonly string[] {
  const value = extra[viaField];
  if (!Array.isArray(value)) return [];
  return value.filter(isSubject).slice(-mostNamed);
}

function isSubject(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= maxLength;
}

/** With one more. */
export function viaWith(via: readonly string[], subject: string): readonly string[] {
  return [...via, subject].slice(-mostNamed);
}
