import { expect, test } from "bun:test";
import fc from "fast-check";
import { decodeBase64, encodeBase64 } from "../../../src/protocol/base64.ts";

test("any bytes come back as they were", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
      expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes);
    }),
  );
});

test("known answers", () => {
  expect(encodeBase64(new Uint8Array())).toBe("");
  expect(encodeBase64(new TextEncoder().encode("hello"))).toBe("aGVsbG8=");
  expect(decodeBase64("")).toEqual(new Uint8Array());
  expect(decodeBase64("+/+/")).toEqual(new Uint8Array([251, 255, 191]));
});

for (const [what, text] of [
  ["white space", "aGVs bG8="],
  ["a line break", "aGVsbG8=\n"],
  ["URL-safe letters", "-_-_"],
  ["missing padding", "aGVsbG8"],
  ["too much padding", "aGVsbG8=="],
  ["padding in the middle", "aG==aG=="],
  ["padding alone", "===="],
  ["bits beyond the last byte", "aGVsbG9="],
  ["another alphabet", "aGVsbG8é"],
] as const) {
  test(`${what} is no strict base64`, () => {
    expect(decodeBase64(text)).toBeUndefined();
  });
}

test("a text accepted is the only one for its bytes", () => {
  fc.assert(
    fc.property(fc.base64String({ maxLength: 64 }), (text) => {
      const bytes = decodeBase64(text);
      if (bytes !== undefined) expect(encodeBase64(bytes)).toBe(text);
    }),
  );
});

test("16 MB are decoded", () => {
  const bytes = new Uint8Array(16 * 1024 * 1024).fill(7);
  expect(decodeBase64(encodeBase64(bytes))?.length).toBe(bytes.length);
});
