// Whether a configuration read anew says the same: what didn't change keeps running.

import type { EndpointConfig } from "../manifest/manifest.ts";
import { Secret } from "../manifest/secret.ts";

/** The same endpoint but for its number of slots, which changes in place. */
export function isSameEndpoint(one: EndpointConfig, other: EndpointConfig): boolean {
  return isSame({ ...one, parallel: 0 }, { ...other, parallel: 0 });
}

/** Deep equality of plain data; secrets are compared by their values. */
export function isSame(one: unknown, other: unknown): boolean {
  if (one instanceof Secret && other instanceof Secret) return one.equals(other);
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return one === other;
  if (Array.isArray(one) !== Array.isArray(other) || one instanceof Secret !== other instanceof Secret) return false;
  const [left, right] = [Object.entries(one), new Map<string, unknown>(Object.entries(other))];
  return left.length === right.size && left.every(([key, value]) => right.has(key) && isSame(value, right.get(key)));
}
