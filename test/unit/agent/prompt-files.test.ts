import { describe, expect, test } from "bun:test";
import { classifyFile, promptWithFiles, refusedFile } from "../../../src/agent/prompt-files.ts";

const bytes = (...values: number[]) => new Uint8Array([...values, 0, 1, 2, 3]);
const text = (value: string) => new TextEncoder().encode(value);
const png = bytes(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const webp = bytes(0x52, 0x49, 0x46, 0x46, 9, 0, 0, 0, 0x57, 0x45, 0x42, 0x50);

describe("classifyFile", () => {
  test.each([
    ["image/png", png],
    ["image/jpeg", bytes(0xff, 0xd8, 0xff, 0xe0)],
    ["image/gif", bytes(0x47, 0x49, 0x46, 0x38, 0x39, 0x61)],
    ["image/webp", webp],
  ])("knows %s by its first bytes", (mediaType, data) => {
    expect(classifyFile(data)).toEqual({ type: "image", image: { mediaType, data } });
  });

  test("takes any UTF-8 without NUL as text, an empty file too", () => {
    expect(classifyFile(text("größe\u{1f4a1}"))).toEqual({ type: "text", text: "größe\u{1f4a1}" });
    expect(classifyFile(new Uint8Array())).toEqual({ type: "text", text: "" });
  });

  test("takes neither NUL, nor broken UTF-8, nor an unknown format", () => {
    expect(classifyFile(text("a\0b")).type).toBe("other");
    expect(classifyFile(new Uint8Array([0xc3, 0x28])).type).toBe("other");
    expect(classifyFile(text("%PDF-1.7\0")).type).toBe("other");
  });
});

describe("refusedFile", () => {
  const image = { filename: "a.png", data: png };
  test("names the first file that cannot be taken", () => {
    const files = [
      { filename: "ok.txt", data: text("x") },
      { filename: "bad.bin", data: bytes(1) },
    ];
    expect(refusedFile(files, true)).toMatchObject({ filename: "bad.bin" });
  });

  test("refuses images for a model that is known not to see, and only then", () => {
    expect(refusedFile([image], false)?.reason).toContain("does not see");
    expect(refusedFile([image], true)).toBeUndefined();
    expect(refusedFile([image], undefined)).toBeUndefined();
  });
});

test("text files go into the prompt under their names, images beside it", () => {
  const files = [
    { filename: 'a".csv', data: text("1;2") },
    { filename: "a.png", data: png },
  ];
  expect(promptWithFiles("Sum?", files)).toEqual({
    text: 'Sum?\n\n<file name="a\\".csv">\n1;2\n</file>',
    images: [{ mediaType: "image/png", data: png }],
  });
});
