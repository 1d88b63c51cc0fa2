// Arguments as Gemma's models print them: `{timezone:<escape>UTC<escape>,days:[1,2]}`, with bare keys, and marks around texts.

import { closes, readLiteral, readText } from "./read-literal.ts";
import { OtherText, type TextReader } from "./text-reader.ts";

const quotes = ["<escape>", '<|"|>'];

/** @throws {OtherText | TextEnded} */
export function readBareObject(reader: TextReader): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  reader.must("{");
  for (let isFirst = true; !closes(reader, "}", isFirst); isFirst = false) {
    const key = /["']/.test(reader.peek()) ? readText(reader) : reader.word(/[\w-]/);
    if (key === "") throw new OtherText();
    reader.space();
    reader.must(":");
    reader.space();
    entries.push([key, reader.nested(() => readValue(reader))]);
  }
  return Object.fromEntries(entries);
}

function readValue(reader: TextReader): unknown {
  const first = reader.peek();
  if (first === "{") return readBareObject(reader);
  if (first === "[") return readBareList(reader);
  const quote = quotes.find((one) => reader.takes(one));
  return quote === undefined ? readLiteral(reader) : reader.until(quote);
}

function readBareList(reader: TextReader): unknown[] {
  const items: unknown[] = [];
  reader.must("[");
  for (let isFirst = true; !closes(reader, "]", isFirst); isFirst = false) {
    items.push(reader.nested(() => readValue(reader)));
  }
  return items;
}
