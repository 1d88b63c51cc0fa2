import { expect, test } from "bun:test";
import fc from "fast-check";
import { decodeBase64url, encodeBase64url } from "../../../src/protocol/base64url.ts";

test("bytes come back, and are written as others write them", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      const text = encodeBase64url(bytes);
      expect(text).toBe(Buffer.from(bytes).toString("base64url"));
      expect(decodeBase64url(text)).toEqual(bytes);
    }),
  );
});

for (const text of ["A", "AA==", "A+AA", "A/AA", "AA A", "AB", "é"]) {
  test(`"${text}" is not the one form of some bytes`, () => expect(decodeBase64url(text)).toBeUndefined());
}
