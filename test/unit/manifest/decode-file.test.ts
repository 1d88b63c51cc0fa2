import { expect, test } from "bun:test";
import { decodeFile } from "../../../src/manifest/decode-file.ts";

test("UTF-8 with a byte order mark is text without it", () => {
  expect(decodeFile(new Uint8Array([0xef, 0xbb, 0xbf, 0x61]))).toEqual({ text: "a" });
});

test("the first bad byte has its line and column", () => {
  const bytes = new Uint8Array([...Buffer.from("agents:\n  é: "), 0xe9, 0x0a]);
  expect(decodeFile(bytes)).toEqual({
    failure: { line: 2, column: 6, message: "Found bytes that are no UTF-8, accepted UTF-8 text" },
  });
});

test("UTF-16 is told by its name", () => {
  const decoded = decodeFile(new Uint8Array([0xff, 0xfe, 0x61, 0x00]));
  expect("failure" in decoded && decoded.failure.message).toContain("UTF-16");
});
