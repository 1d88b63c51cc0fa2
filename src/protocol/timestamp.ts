// RFC 3339 times in UTC, as signatures carry them (§13.5): any number of fraction digits.

const shape = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,32})?(?:Z|[+-]00:00)$/;

/** Milliseconds since 1970; undefined for another form, another zone, or a date that there is not. */
export function parseTimestamp(text: string): number | undefined {
  const [, seconds, fraction = ""] = shape.exec(text) ?? [];
  if (seconds === undefined) return undefined;
  const ms = Date.parse(`${seconds}Z`);
  // Some engines take the 30th of February for the 2nd of March.
  if (Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(seconds)) return undefined;
  return ms + Number(`0${fraction}`) * 1000;
}

/** To the second, with `Z`, as the protocol recommends. */
export function formatTimestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
