// A schema with what it refers to inside of it put in the place of the reference: servers in Python describe nested arguments so, and neither
// small models nor all servers of models follow a reference.

import type { JsonSchema } from "../contract.ts";
import { isPlain } from "../arguments/plain.ts";

/** A schema that would become larger, or that refers to itself, is left as it is. */
const mostParts = 2_000;
const holders = ["$defs", "definitions"];

export function withoutReferences(schema: JsonSchema): JsonSchema {
  const parts = new Map<string, unknown>();
  for (const holder of holders) {
    const held = schema[holder];
    if (isPlain(held)) for (const [name, part] of Object.entries(held)) parts.set(`#/${holder}/${escaped(name)}`, part);
  }
  if (parts.size === 0) return schema;
  const { value, isWhole } = new Inlining(parts).of(Object.fromEntries(without(schema, holders)));
  return isWhole && isPlain(value) ? value : schema;
}

class Inlining {
  readonly #parts: ReadonlyMap<string, unknown>;
  readonly #within: string[] = [];
  #count = 0;
  #isWhole = true;

  constructor(parts: ReadonlyMap<string, unknown>) {
    this.#parts = parts;
  }

  of(schema: JsonSchema): { readonly value: unknown; readonly isWhole: boolean } {
    const value = this.#inlined(schema);
    return { value, isWhole: this.#isWhole };
  }

  #inlined(value: unknown): unknown {
    this.#count += 1;
    this.#isWhole &&= this.#count <= mostParts;
    if (!this.#isWhole) return value;
    if (Array.isArray(value)) return value.map((item: unknown) => this.#inlined(item));
    if (!isPlain(value)) return value;
    const { $ref } = value;
    if (typeof $ref === "string") return this.#part($ref, value);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#inlined(item)]));
  }

  /** What stands beside the reference, such as a description, goes before what the part says. */
  #part(reference: string, around: JsonSchema): unknown {
    const part = this.#parts.get(reference);
    this.#isWhole &&= isPlain(part) && !this.#within.includes(reference);
    if (!this.#isWhole || !isPlain(part)) return around;
    this.#within.push(reference);
    const inlined = this.#inlined(part);
    this.#within.pop();
    return { ...(isPlain(inlined) ? inlined : {}), ...Object.fromEntries(without(around, ["$ref"])) };
  }
}

function without(value: JsonSchema, keys: readonly string[]): readonly (readonly [string, unknown])[] {
  return Object.entries(value).filter(([key]) => !keys.includes(key));
}

/** As a JSON pointer has it. */
function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
