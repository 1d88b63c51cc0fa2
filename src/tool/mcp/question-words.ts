// The form of an MCP server as a question in words.

import { type Choice, type Field, line, type QuestionForm } from "./question-form.ts";

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
