// Whether two configurations say the same, secrets included.

import { Secret } from "../manifest/secret.ts";

/** Compares plain data, lists, maps and secrets by value. A key that is undefined is a key that is missing. */
export function isSameValue(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (one instanceof Secret || other instanceof Secret) {
    return one instanceof Secret && other instanceof Secret && one.equals(other);
  }
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [entries, others] = [definedEntries(one), new Map(definedEntries(other))];
  return entries.length === others.size && entries.every(([key, value]) => isSameValue(value, others.get(key)));
}

function definedEntries(value: object): (readonly [unknown, unknown])[] {
  const entries: (readonly [unknown, unknown])[] = value instanceof Map ? [...value] : Object.entries(value);
  return entries.filter(([, item]) => item !== undefined);
}
