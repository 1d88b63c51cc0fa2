// Turns whatever a caller logs into plain, bounded data: cut strings, few keys, no cycles, no bytes, errors by their message.

const maxStringLength = 2048;
const maxEntries = 50;
const maxDepth = 4;

export type LogValue = string | number | boolean | null | readonly LogValue[] | { readonly [key: string]: LogValue };

/** Plain data for one field; undefined for what has no place in a log (undefined, functions, symbols). A `Secret` becomes its mask. */
export function plainLogValue(value: unknown, depth = 0): LogValue | undefined {
  switch (typeof value) {
    case "string":
      return cutText(value, maxStringLength);
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "boolean":
      return value;
    case "bigint":
      return value.toString();
    case "object":
      return value === null ? null : plainObject(value, depth);
    default:
      return undefined;
  }
}

/** The text, or its start with a mark that says how many characters are missing. */
export function cutText(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength)}…(+${text.length - maxLength})`;
}

function plainObject(value: object, depth: number): LogValue | undefined {
  if (value instanceof Uint8Array) return `(${value.byteLength} bytes)`;
  if (depth >= maxDepth) return "…";
  if (value instanceof Error) return plainError(value, depth);
  if (hasJsonForm(value)) return plainLogValue(value.toJSON(), depth + 1);
  if (value instanceof Map)
    return plainEntries(
      [...value].map(([key, item]) => [String(key), item]),
      depth,
    );
  if (value instanceof Set) return plainList([...value], depth);
  if (Array.isArray(value)) return plainList(value, depth);
  return plainEntries(Object.entries(value), depth);
}

/** Dates, secrets and the like say themselves how they are written. */
function hasJsonForm(value: object): value is { toJSON(): unknown } {
  return "toJSON" in value && typeof value.toJSON === "function";
}

function plainError(error: Error, depth: number): LogValue {
  const text = cutText(`${error.name}: ${error.message}`, maxStringLength);
  const cause = error.cause === undefined ? undefined : plainLogValue(error.cause, depth + 1);
  return cause === undefined ? text : { error: text, cause };
}

function plainList(items: readonly unknown[], depth: number): LogValue {
  const list = items.slice(0, maxEntries).map((item) => plainLogValue(item, depth + 1) ?? null);
  return items.length > maxEntries ? [...list, `…(+${items.length - maxEntries})`] : list;
}

function plainEntries(entries: readonly (readonly [string, unknown])[], depth: number): LogValue {
  const plain: Record<string, LogValue> = {};
  for (const [key, item] of entries.slice(0, maxEntries)) {
    const value = plainLogValue(item, depth + 1);
    if (value !== undefined) plain[cutText(key, 64)] = value;
  }
  if (entries.length > maxEntries) plain["…"] = `+${entries.length - maxEntries}`;
  return plain;
}
