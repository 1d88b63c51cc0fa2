// JSON that a test reads: an object whose fields are looked at one by one.

export function jsonRecord(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) throw new Error(`Not a JSON object: ${text.slice(0, 200)}`);
  return { ...value };
}

/** The objects of a list. */
export function jsonRecords(value: unknown): readonly Record<string, unknown>[] {
  if (!Array.isArray(value)) throw new Error(`Not a list: ${JSON.stringify(value).slice(0, 200)}`);
  return value.map((one: unknown) => ({ ...(typeof one === "object" ? one : {}) }));
}
