// JSON that a test reads: an object whose fields are looked at one by one.

export function jsonRecord(text: string): Record<string, unknown> {
  return recordOf(JSON.parse(text));
}

export function recordOf(value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null) return { ...value };
  throw new Error(`Not a JSON object: ${JSON.stringify(value).slice(0, 200)}`);
}

/** The objects of a list. */
export function jsonRecords(value: unknown): readonly Record<string, unknown>[] {
  if (!Array.isArray(value)) throw new Error(`Not a list: ${JSON.stringify(value).slice(0, 200)}`);
  return value.map((one: unknown) => ({ ...(typeof one === "object" ? one : {}) }));
}
