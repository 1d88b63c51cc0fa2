// Keys that a model wrote a little differently, and ones that say nothing.

import type { JsonSchema } from "../contract.ts";
import { isPlain } from "./plain.ts";

/** `given` with keys as the schema writes them, without nulls for what may be left out. */
export function repairKeys(given: JsonSchema, schema: JsonSchema): JsonSchema {
  const properties = isPlain(schema["properties"]) ? schema["properties"] : {};
  const required = new Set<unknown>(Array.isArray(schema["required"]) ? schema["required"] : []);
  const known = (key: string) => Object.hasOwn(properties, key);
  const missing = new Set(Object.keys(properties).filter((key) => !Object.hasOwn(given, key)));
  const kept: [string, unknown][] = [];
  for (const [key, value] of Object.entries(given)) {
    const meant = known(key) ? key : (nearestOf(key, missing) ?? key);
    missing.delete(meant);
    if (saysNothing(value, known(meant)) && !required.has(meant)) continue;
    kept.push([meant, value]);
  }
  return Object.fromEntries(
    renamedOnly(
      kept,
      known,
      [...missing].filter((key) => required.has(key)),
    ),
  );
}

/** A single key that is unknown, where a single one is needed and missing, is that one. */
function renamedOnly(
  kept: readonly [string, unknown][],
  known: (key: string) => boolean,
  needed: readonly string[],
): readonly [string, unknown][] {
  const [only] = needed;
  const unknown = kept.filter(([key]) => !known(key));
  if (needed.length !== 1 || only === undefined || unknown.length !== 1 || kept.length !== 1) return kept;
  return kept.map(([key, value]) => [known(key) ? key : only, value]);
}

/** `time_zone`, `timeZone` and `Timezone` are one. */
function nearestOf(key: string, candidates: ReadonlySet<string>): string | undefined {
  const same = [...candidates].filter((candidate) => bare(candidate) === bare(key));
  return same.length === 1 ? same[0] : undefined;
}

function bare(key: string): string {
  return key.toLowerCase().replace(/[^a-z0-9]/g, "");
}

function saysNothing(value: unknown, isKnown: boolean): boolean {
  return value === null || value === undefined || (!isKnown && (value === "" || isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
