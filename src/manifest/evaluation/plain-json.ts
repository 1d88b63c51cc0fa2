// Whether a value read from YAML means the same to JSON: a number in a notation that surprises is NaN there.

export function isPlainJson(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return value !== undefined;
  return Object.values(value).every(isPlainJson);
}
