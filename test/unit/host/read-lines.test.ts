import { describe, expect, test } from "bun:test";
import { readLines } from "../../../src/host/read-lines.ts";

async function linesOf(...pieces: Uint8Array[]): Promise<string[]> {
  const lines: string[] = [];
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  await readLines(stream, (line) => lines.push(line));
  return lines;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("readLines", () => {
  test("joins what the pipe cut, and splits what it joined", async () => {
    expect(await linesOf(bytes("on"), bytes("e\r\ntwo\nthr"), bytes("ee"))).toEqual(["one", "two", "three"]);
  });

  test("keeps a character whose bytes come apart", async () => {
    const euro = bytes("€\n");
    expect(await linesOf(euro.subarray(0, 1), euro.subarray(1))).toEqual(["€"]);
  });

  test("holds no more than 64 K characters of a line without end", async () => {
    const lines = await linesOf(bytes("x".repeat(70_000)), bytes("y".repeat(10)));
    expect(lines.map((line) => line.length)).toEqual([70_000, 10]);
  });
});
