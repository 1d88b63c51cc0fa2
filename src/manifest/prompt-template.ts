// Templates of triggers: `{{payload}}`, `{{payload.line.id}}`, `{{time}}`. Each is read once; what is put in is never read again.

const placeholder = /\{\{([^{}]*)\}\}/g;
const form = /^\s*([a-z]+)((?:\.[A-Za-z0-9_-]+)*)\s*$/;

/** What a template says beside plain text. */
export interface Placeholder {
  readonly name: string;
  /** Keys into a JSON payload. */
  readonly keys: readonly string[];
}

/** In order; what stands in double braces and is no placeholder is text. */
export function placeholdersOf(template: string): readonly (Placeholder | string)[] {
  return [...template.matchAll(placeholder)].map(([, inner = ""]) => parse(inner) ?? inner);
}

/** One pass from left to right: braces in a value stay as they are. A name without a value is left out. */
export function fillTemplate(template: string, value: (wanted: Placeholder) => string | undefined): string {
  return template.replaceAll(placeholder, (whole, inner: string) => {
    const wanted = parse(inner);
    return wanted === undefined ? whole : (value(wanted) ?? "");
  });
}

/** What a JSON text has at the keys: a text as it is, a number as it is written, anything else as JSON; undefined where there is nothing. */
export function valueAt(json: string, keys: readonly string[]): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json, asWritten);
  } catch {
    return undefined; // No JSON has nothing at any key.
  }
  for (const key of keys) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = new Map<string, unknown>(Object.entries(value)).get(key);
  }
  return typeof value === "string" || value instanceof WrittenNumber ? String(value) : JSON.stringify(value);
}

/** A number that would be read as another one, such as a long serial number. */
class WrittenNumber {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }

  toJSON(): number {
    return Number(this.#text);
  }
}

function asWritten(_key: string, value: unknown, { source }: { readonly source?: string } = {}): unknown {
  return typeof value === "number" && source !== undefined && source !== String(value)
    ? new WrittenNumber(source)
    : value;
}

function parse(inner: string): Placeholder | undefined {
  const [, name, keys = ""] = form.exec(inner) ?? [];
  return name === undefined ? undefined : { name, keys: keys.split(".").slice(1) };
}
