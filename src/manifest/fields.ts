// The kinds of value that a manifest's key can have. Each says in plain words what it accepts; facts for the reference page stand beside.

import * as z from "zod/mini";
import {
  countPattern,
  durationPattern,
  formatDuration,
  formatSize,
  parseCount,
  parseDuration,
  parseSize,
  sizePattern,
} from "./units.ts";
import { later } from "./later.ts";
import { Secret } from "./secret.ts";

/** Why a key's text may hold `${…}`; a secret is also never shown. */
export type Expands = "connection" | "path" | "model-file" | "folder" | "place" | "secret";

export interface FieldFacts {
  readonly description: string;
  /** As a user would write it. */
  readonly default?: string | number | boolean;
  /** When `default` can't say it. */
  readonly defaultText?: string;
  readonly need?: string;
  readonly unit?: string;
  readonly expands?: Expands;
  /** A text that it accepts, to stand in the place of one that is not there now; whoever needs that is told, and never uses this. */
  readonly absentAs?: string;
}

export const fields = z.registry<FieldFacts>();

/** A part of the schema that is made when it is needed, with what pages say of it; the same part may stand elsewhere with other words. */
export function part<Inner extends z.core.SomeType>(facts: FieldFacts, make: () => Inner) {
  const made = later(make);
  fields.add(made, facts);
  return made;
}

export const namePattern = /^[a-z0-9][a-z0-9_-]{0,62}$/;
export const acceptedName = "a name of 1 to 63 characters out of a-z, 0-9, _ and -, starting with a letter or digit";

export function name(facts: FieldFacts) {
  return part(facts, () => z.string({ error: acceptedName }).check(z.regex(namePattern, { error: acceptedName })));
}

export function text(facts: FieldFacts, accepted = "a text that is not empty", pattern = /\S/) {
  return part(facts, () => z.string({ error: accepted }).check(z.regex(pattern, { error: accepted })));
}

/** A text in which `${…}` would be taken literally, where nobody can have meant that. */
export function literalText(facts: FieldFacts, accepted: string) {
  const literal = `${accepted}; \${…} is not expanded here`;
  return part(facts, () =>
    z
      .string({ error: accepted })
      .check(z.regex(/^\S+$/, { error: accepted }), z.regex(/^(?!.*\$\{)/, { error: literal })),
  );
}

export function connectionText(facts: FieldFacts, accepted: string, pattern: RegExp) {
  return part({ absentAs: "absent", ...facts, expands: "connection" }, () =>
    z.string({ error: accepted }).check(z.regex(pattern, { error: accepted })),
  );
}

export function url(facts: FieldFacts, schemes: readonly [string, ...string[]]) {
  const example = schemes.map((scheme) => `${scheme}://`).join(" or ");
  const accepted = `a URL that starts with ${example}, without user and password in it`;
  return part({ ...facts, expands: "connection", absentAs: `${schemes[0]}://absent.invalid` }, () =>
    z.string({ error: accepted }).check(z.refine((value) => isUrl(value, schemes), { error: accepted })),
  );
}

export function path(facts: FieldFacts) {
  const accepted = "a path, absolute or relative to this file";
  return part({ ...facts, expands: "path" }, () =>
    z.string({ error: accepted }).check(z.regex(/\S/, { error: accepted })),
  );
}

/** As a path; a model whose file has gone is missing, and harms nobody else. */
export function modelFile(facts: FieldFacts) {
  const accepted = "a path, absolute or relative to this file";
  return part({ ...facts, expands: "model-file" }, () =>
    z.string({ error: accepted }).check(z.regex(/\S/, { error: accepted })),
  );
}

/** Of a folder that may be used. */
export function folder(facts: FieldFacts) {
  const accepted = "the path of a folder, absolute or relative to this file";
  return part({ ...facts, expands: "folder" }, () =>
    z.string({ error: accepted }).check(z.regex(/\S/, { error: accepted })),
  );
}

/** A folder, or a file to write: made absolute like a path, and need not be there now. */
export function place(facts: FieldFacts) {
  const accepted = "a path, absolute or relative to this file";
  return part({ ...facts, expands: "place" }, () =>
    z.string({ error: accepted }).check(z.regex(/\S/, { error: accepted })),
  );
}

export function secret(facts: FieldFacts) {
  return part({ ...facts, expands: "secret" }, () => {
    const accepted = "a text such as ${NAME}, ${file:/path} or ${credential:name}";
    const shape = z
      .string({ error: accepted })
      .check(z.regex(/^[^\r\n]*\S[^\r\n]*$/, { error: `${accepted}, on one line and not empty` }));
    return z.pipe(
      shape,
      z.transform((value: string) => new Secret(value)),
    );
  });
}

export function flag(facts: FieldFacts) {
  return part(facts, () => z.boolean({ error: "true or false" }));
}

export function choice<const Value extends string>(facts: FieldFacts, values: readonly Value[]) {
  return part(facts, () =>
    z.enum(values, { error: values.length === 1 ? values.join("") : `one of ${values.join(", ")}` }),
  );
}

export function integer(facts: FieldFacts, min: number, max: number) {
  return part(facts, () => {
    const accepted = `a whole number from ${min} to ${max}`;
    return z.int({ error: accepted }).check(z.gte(min, { error: accepted }), z.lte(max, { error: accepted }));
  });
}

export function number(facts: FieldFacts, min: number, max: number) {
  return part(facts, () => {
    const accepted = `a number from ${min} to ${max}`;
    return z.number({ error: accepted }).check(z.gte(min, { error: accepted }), z.lte(max, { error: accepted }));
  });
}

/** Tokens, as a number or with k or M. */
export function count(facts: FieldFacts, min: number, max: number) {
  return part({ ...facts, unit: "tokens" }, () => {
    const accepted = `a whole number from ${min} to ${max}, also as 200k or 1M (base 1000)`;
    const digits = z.int({ error: accepted }).check(z.gte(min, { error: accepted }), z.lte(max, { error: accepted }));
    const short = z.string({ error: accepted }).check(
      z.regex(countPattern, { error: accepted }),
      z.refine((value) => isWithin(parseCount(value), min, max), { error: accepted }),
    );
    return z.pipe(
      z.union([digits, short], { error: accepted }),
      z.transform((value: number | string) => (typeof value === "number" ? value : (parseCount(value) ?? min))),
    );
  });
}

export function duration(facts: FieldFacts, minMs: number, maxMs: number) {
  return part({ ...facts, unit: "duration" }, () => {
    const accepted = `a duration from ${formatDuration(minMs)} to ${formatDuration(maxMs)}, written like 250ms, 10s, 5m, 12h or 30d`;
    const shape = z.string({ error: accepted }).check(
      z.regex(durationPattern, { error: accepted }),
      z.refine((value) => isWithin(parseDuration(value), minMs, maxMs), { error: accepted }),
    );
    return z.pipe(
      shape,
      z.transform((value: string) => parseDuration(value) ?? minMs),
    );
  });
}

export function size(facts: FieldFacts, minBytes: number, maxBytes: number) {
  return part({ ...facts, unit: "size" }, () => {
    const accepted = `a size from ${formatSize(minBytes)} to ${formatSize(maxBytes)}, written like 512KB or 1MB (base 1024)`;
    const shape = z.string({ error: accepted }).check(
      z.regex(sizePattern, { error: accepted }),
      z.refine((value) => isWithin(parseSize(value), minBytes, maxBytes), { error: accepted }),
    );
    return z.pipe(
      shape,
      z.transform((value: string) => parseSize(value) ?? minBytes),
    );
  });
}

function isWithin(value: number | undefined, min: number, max: number): boolean {
  return value !== undefined && value >= min && value <= max;
}

function isUrl(value: string, schemes: readonly string[]): boolean {
  if (/\s/.test(value) || !URL.canParse(value)) return false;
  const { protocol, hostname, username, password } = new URL(value);
  return schemes.includes(protocol.slice(0, -1)) && hostname !== "" && username === "" && password === "";
}
