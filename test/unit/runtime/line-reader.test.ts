import { expect, test } from "bun:test";
import { lineReader } from "../../../src/runtime/line-reader.ts";

test("lines come whole however their bytes arrive", () => {
  const lines: string[] = [];
  const read = lineReader(100, (line) => lines.push(line));
  for (const byte of Buffer.from("größe\n\nzwei\n")) read(new Uint8Array([byte]));
  read("a\nb");
  expect(lines).toEqual(["größe", "", "zwei", "a"]);
});

test("a line that grows over the limit is an error", () => {
  const read = lineReader(4, () => undefined);
  read("abcd");
  expect(() => read("e")).toThrow(RangeError);
});
