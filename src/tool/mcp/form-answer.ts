// A person's words → what they put into the form of an MCP server. Nothing in it grants anything: an answer is text from outside, as that of the
// tool `ask` is.

import { type Choice, type Field, type FieldValue, line, type QuestionForm } from "./question-form.ts";

export type FormAnswer =
  | { readonly type: "content"; readonly content: Readonly<Record<string, FieldValue>> }
  | { readonly type: "decline" | "cancel" }
  /** What is wrong with it, for whoever answered. */
  | { readonly type: "unfit"; readonly reason: string };

/** Of what a person said. */
export function readAnswer(text: string, { fields }: QuestionForm): FormAnswer {
  const said = text.trim();
  if (/^decline[.!]?$/i.test(said)) return { type: "decline" };
  if (said === "" || /^cancel[.!]?$/i.test(said)) return { type: "cancel" };
  if (fields.length === 0) return confirmed(said);
  const given = valuesOf(said, fields);
  const content: (readonly [string, FieldValue])[] = [];
  for (const field of fields) {
    const value = given.get(field.name) ?? field.default;
    if (value === undefined && field.isNeeded) return { type: "unfit", reason: `${line(field.name)} is missing` };
    if (value === undefined) continue;
    const read = readValue(value, field);
    if (read === undefined) return { type: "unfit", reason: `${line(field.name)} cannot be ${shownValue(value)}` };
    content.push([field.name, read]);
  }
  return { type: "content", content: Object.fromEntries(content) };
}

function shownValue(value: unknown): string {
  return line(JSON.stringify(value));
}

function confirmed(said: string): FormAnswer {
  return /^(yes|y|ok|true)[.!]?$/i.test(said) ? { type: "content", content: {} } : { type: "decline" };
}

/** A JSON object, lines of `name: value`, or the one value. */
function valuesOf(said: string, fields: readonly Field[]): ReadonlyMap<string, unknown> {
  const object = jsonObject(said);
  if (object !== undefined) return new Map(Object.entries(object));
  const byName = new Map(fields.map((field) => [field.name.toLowerCase(), field.name]));
  const pairs = said.split("\n").flatMap((text): (readonly [string, string])[] => {
    const colon = text.search(/[:=]/);
    const name =
      colon === -1
        ? undefined
        : byName.get(
            text
              .slice(0, colon)
              .replace(/^[-\s]+/, "")
              .trim()
              .toLowerCase(),
          );
    return name === undefined ? [] : [[name, text.slice(colon + 1).trim()]];
  });
  const [only] = fields;
  return pairs.length === 0 && fields.length === 1 && only !== undefined
    ? new Map([[only.name, said]])
    : new Map(pairs);
}

function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined; // A SyntaxError: some other text.
  }
}

/** Undefined: it is none of the field's. */
function readValue(value: unknown, field: Field): FieldValue | undefined {
  switch (field.kind) {
    case "text":
      return typeof value === "string" ? chosen(value, field) : undefined;
    case "number":
    case "integer":
      return numberOf(value, field);
    case "yes or no":
      return booleanOf(value);
    case "choices":
      return choicesOf(value, field);
  }
}

function chosen(said: string, { choices }: Field): string | undefined {
  if (choices === undefined) return said;
  const isSaid = ({ value, title }: Choice) => [value, title].some((one) => one?.toLowerCase() === said.toLowerCase());
  return (choices.find(({ value }) => value === said) ?? choices.find(isSaid))?.value;
}

function numberOf(value: unknown, { kind, minimum = -Infinity, maximum = Infinity }: Field): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number) || number < minimum || number > maximum) return undefined;
  return kind === "integer" && !Number.isInteger(number) ? undefined : number;
}

function booleanOf(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (typeof value !== "string") return undefined;
  if (/^(yes|y|true)[.!]?$/i.test(value)) return true;
  return /^(no|n|false)[.!]?$/i.test(value) ? false : undefined;
}

function choicesOf(value: unknown, field: Field): string[] | undefined {
  const words: readonly unknown[] = Array.isArray(value) ? value : typeof value === "string" ? value.split(",") : [];
  const found = words.map((word) => (typeof word === "string" ? chosen(word.trim(), field) : undefined));
  const known = found.filter((word) => word !== undefined);
  return known.length === found.length && known.length > 0 ? known : undefined;
}
