import { expect, test } from "bun:test";
import { arArchive } from "../../../../build/deb/ar.ts";

test("each member begins at an even place after a header of 60 bytes", () => {
  const text = (value: string) => new TextEncoder().encode(value);
  const archive = arArchive(
    [
      { name: "debian-binary", content: text("2.0\n") },
      { name: "odd", content: text("123") },
      { name: "last", content: text("4") },
    ],
    1_700_000_000,
  );
  const all = new TextDecoder().decode(archive);
  expect(all.slice(0, 8 + 60)).toBe("!<arch>\ndebian-binary   1700000000  0     0     100644  4         `\n");
  expect(all.indexOf("odd")).toBe(8 + 60 + 4);
  expect(all.indexOf("last") % 2).toBe(0);
});

test("a name that does not fit is refused", () => {
  expect(() => arArchive([{ name: "a-name-of-17-char", content: new Uint8Array() }], 0)).toThrow(RangeError);
});
