import { expect, test } from "bun:test";
import fc from "fast-check";
import { decodePortably, encodePortably } from "../../../src/protocol/base64-portable.ts";
import { decodeBase64, encodeBase64 } from "../../../src/protocol/base64.ts";

test("writes and reads any bytes as the engine does", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const text = encodePortably(bytes);
      expect(text).toBe(encodeBase64(bytes));
      expect(decodePortably(text)).toEqual(bytes);
    }),
  );
});

test("takes no text that the engine's strict reader does not take", () => {
  const text = fc.string({ unit: fc.constantFrom("A", "Z", "a", "z", "0", "9", "+", "/", "=", "Q"), maxLength: 12 });
  fc.assert(
    fc.property(text, (given) => {
      if (given.length % 4 === 0) expect(decodePortably(given)).toEqual(decodeBase64(given));
    }),
    { numRuns: 2_000 },
  );
});

test("holds megabytes", () => {
  const bytes = new Uint8Array(3_000_001).fill(171);
  expect(decodePortably(encodePortably(bytes))).toEqual(bytes);
});
