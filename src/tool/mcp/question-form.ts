// What an MCP server wants to know (`elicitation/create`): a flat form that a person can fill in.

import * as z from "zod/mini";
import { neutralise, neutraliseLine } from "../../telemetry/neutralise.ts";

const maxMessageChars = 2_000;
const maxFields = 20;
const maxChoices = 50;
const maxWordChars = 200;

/** One field of a form. */
export interface Field {
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
export interface Choice {
  readonly value: string;
  readonly title?: string;
}

export type FieldValue = string | number | boolean | string[];

export interface QuestionForm {
  readonly message: string;
  readonly fields: readonly Field[];
}

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

/** What a server says in one line of ours. */
export function line(text: string): string {
  return neutraliseLine(text.slice(0, maxWordChars));
}
