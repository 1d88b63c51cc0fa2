import { expect, test } from "bun:test";
import fc from "fast-check";
import { neutralise, neutraliseLine } from "../../../src/telemetry/neutralise.ts";

test("escape sequences lose what makes them work, text stays", () => {
  expect(neutralise("a\u001b[31mred\u001b[0m\tb\nü 漢 👩‍👩‍👧")).toBe("a[31mred[0m\tb\nü 漢 👩‍👩‍👧");
  expect(neutralise("title\u001b]0;x\u0007 \u009b2J \u0008\u007f")).toBe("title]0;x 2J ");
  expect(neutralise("over\rwritten\r\nnext")).toBe("over\nwritten\nnext");
  expect(neutralise("user\u202etxt.exe")).toBe("usertxt.exe");
});

test("a line stays one line", () => {
  expect(neutraliseLine("a\nb\r\nc\td\u2028e")).toBe("a b c d e");
});

test("nothing that a terminal acts on is left of any text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(neutralise(text)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    }),
  );
});
