// What an MCP server wants to know (`elicitation/create`, a flat form) → a question in words, and a person's words → the form's content.
// Nothing in it grants anything: an answer is text from outside, as that of the tool `ask` is.

import * as z from "zod/mini";
import { neutralise, neutraliseLine } from "../../telemetry/neutralise.ts";

const maxMessageChars = 2_000;
const maxFields = 20;
const maxChoices = 50;
const maxWordChars = 200;

/** One field of a form. */
interface Field {
  readonly name: string;
  readonly kind: "text" | "number" | "integer" | "yes or no" | "choices";
  readonly isNeeded: boolean;
  readonly description: string;
  /** How a text is written, such as `date`, in the server's words. */
  readonly format?: string;
  /** What may be answered; absent: anything of its kind. */
  readonly choices?: readonly Choice[];
  /** What is answered when nothing is said. */
  readonly default?: FieldValue;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** A person may say either. */
interface Choice {
  readonly value: string;
  readonly title?: string;
}

export type FieldValue = string | number | boolean | string[];

export interface QuestionForm {
  readonly message: string;
  readonly fields: readonly Field[];
}

export type FormAnswer =
  | { readonly type: "content"; readonly content: Readonly<Record<string, FieldValue>> }
  | { readonly type: "decline" | "cancel" }
  /** What is wrong with it, for whoever answered. */
  | { readonly type: "unfit"; readonly reason: string };

const choice = z.union([z.looseObject({ const: z.string(), title: z.optional(z.string()) }), z.string()]);
const property = z.looseObject({
  type: z.optional(z.string()),
  title: z.optional(z.string()),
  description: z.optional(z.string()),
  format: z.optional(z.string()),
  default: z.optional(z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])),
  enum: z.optional(z.array(z.string())),
  enumNames: z.optional(z.array(z.string())),
  oneOf: z.optional(z.array(choice)),
  items: z.optional(z.looseObject({ enum: z.optional(z.array(z.string())), anyOf: z.optional(z.array(choice)) })),
  minimum: z.optional(z.number()),
  maximum: z.optional(z.number()),
});
const params = z.looseObject({
  mode: z.optional(z.string()),
  message: z.string(),
  requestedSchema: z.looseObject({
    properties: z.record(z.string(), property),
    required: z.optional(z.array(z.string())),
  }),
});

/** Undefined: it is no form that a person could fill in here. */
export function readForm(given: unknown): QuestionForm | undefined {
  const read = z.safeParse(params, given);
  if (!read.success || (read.data.mode ?? "form") !== "form") return undefined;
  const { message, requestedSchema } = read.data;
  const entries = Object.entries(requestedSchema.properties);
  if (entries.length > maxFields) return undefined;
  const required = new Set(requestedSchema.required);
  return {
    message: neutralise(message.slice(0, maxMessageChars)).trim(),
    fields: entries.map(([name, one]) => fieldOf(name, one, required.has(name))),
  };
}

function fieldOf(name: string, one: z.infer<typeof property>, isNeeded: boolean): Field {
  const { type, title, description, format, minimum, maximum } = one;
  const choices = choicesIn(one);
  return {
    name,
    kind: kindOf(type),
    isNeeded,
    description: line([title, description].filter((text) => text !== undefined).join(": ")),
    ...(format === undefined ? {} : { format: line(format) }),
    ...(choices === undefined ? {} : { choices }),
    ...(one.default === undefined ? {} : { default: one.default }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
  };
}

function choicesIn({ type, items, enumNames, ...one }: z.infer<typeof property>): readonly Choice[] | undefined {
  const listed = type === "array" ? (items?.enum ?? items?.anyOf) : (one.enum ?? one.oneOf);
  return listed?.slice(0, maxChoices).map((item, index) => {
    const title = typeof item === "string" ? enumNames?.[index] : item.title;
    const value = typeof item === "string" ? item : item.const;
    return title === undefined || title === value ? { value } : { value, title };
  });
}

function kindOf(type: string | undefined): Field["kind"] {
  switch (type) {
    case "number":
    case "integer":
      return type;
    case "boolean":
      return "yes or no";
    case "array":
      return "choices";
    default:
      return "text";
  }
}

/** `server`: the entry's name. The server's own words stand behind marks, so that nobody takes them for ours. */
export function questionWords({ message, fields }: QuestionForm, server: string, problem?: string): string {
  const marked = message.split("\n").map((text) => `> ${text}`);
  return [
    ...(problem === undefined ? [] : [`That does not fit: ${problem}`]),
    `The MCP server "${server}" asks:`,
    ...marked,
    ...fields.map((field) => `- ${fieldWords(field)}`),
    howToAnswer(fields),
  ].join("\n");
}

function fieldWords(field: Field): string {
  const { name, isNeeded, description } = field;
  const preset = field.default === undefined ? "" : `, ${line(JSON.stringify(field.default))} when left out`;
  const need = isNeeded || preset !== "" ? preset : ", may be left out";
  return `${line(name)} (${whatFits(field)}${need})${description === "" ? "" : `: ${description}`}`;
}

function whatFits({ kind, format, choices, minimum, maximum }: Field): string {
  if (choices !== undefined) return `${kind === "choices" ? "some" : "one"} of ${choices.map(shownChoice).join(", ")}`;
  const range = [minimum === undefined ? "" : ` from ${minimum}`, maximum === undefined ? "" : ` to ${maximum}`];
  return `${kind}${format === undefined ? "" : ` as ${format}`}${range.join("")}`;
}

function shownChoice({ value, title }: Choice): string {
  return title === undefined ? line(value) : `${line(value)} for ${line(title)}`;
}

function howToAnswer(fields: readonly Field[]): string {
  const [only, ...more] = fields;
  if (only === undefined) return "Answer yes, or decline to answer no.";
  const form = more.length === 0 ? `the value of ${line(only.name)}` : "one line for each, such as NAME: VALUE";
  return `Answer with ${form}; decline answers nothing. It is no approval of anything.`;
}

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

function line(text: string): string {
  return neutraliseLine(text.slice(0, maxWordChars));
}
