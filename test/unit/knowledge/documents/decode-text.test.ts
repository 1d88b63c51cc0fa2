import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { decodeText } from "../../../../src/knowledge/documents/decode-text.ts";
import { DocumentError } from "../../../../src/knowledge/documents/document.ts";

const text = "Prüfung 5 €, zwölf\nZeilen";

function decode(bytes: Uint8Array | readonly number[], format: "text" | "html" = "text"): string {
  return decodeText(Uint8Array.from(bytes), "/d/a.txt", format);
}

function kindOf(bytes: Uint8Array | readonly number[], format: "text" | "html" = "text"): unknown {
  try {
    return decode(bytes, format);
  } catch (error) {
    return error instanceof DocumentError ? error.kind : error;
  }
}

function utf16be(of: string): Buffer {
  return Buffer.from(of, "utf16le").swap16();
}

describe("decodeText", () => {
  test("reads UTF-8, with and without its mark", () => {
    expect(decode(Buffer.from(text))).toBe(text);
    expect(decode(Buffer.from(`\uFEFF${text}`))).toBe(text);
  });

  test("reads UTF-16 of both orders, with and without its mark", () => {
    expect(decode(Buffer.from(`\uFEFF${text}`, "utf16le"))).toBe(text);
    expect(decode(utf16be(`\uFEFF${text}`))).toBe(text);
    expect(decode(Buffer.from(text, "utf16le"))).toBe(text);
    expect(decode(utf16be(text))).toBe(text);
  });

  test("reads what is no UTF-8 as Windows-1252", () => {
    expect(decode([0x50, 0x72, 0xfc, 0x66, 0x20, 0x80, 0x0a])).toBe("Prüf €\n");
  });

  test("believes a page that names its character set, and refuses one that it does not know", () => {
    const page = '<meta http-equiv="content-type" content="text/html; charset=koi8-r">';
    expect(decode(Buffer.concat([Buffer.from(page), Buffer.from([0xf0, 0xd2])]), "html")).toBe(`${page}Пр`);
    expect(kindOf(Buffer.concat([Buffer.from('<meta charset="x-klingon">'), Buffer.from([0xf0])]), "html")).toBe(
      "encoding",
    );
  });

  test("refuses UTF-32 by its name", () => {
    expect(kindOf([0xff, 0xfe, 0, 0, 0x41, 0, 0, 0])).toBe("encoding");
  });

  test("refuses what is no text", async () => {
    expect(kindOf(await Bun.file(process.execPath).slice(0, 100_000).bytes())).toBe("binary");
    expect(kindOf(new Uint8Array(1000))).toBe("binary");
    expect(kindOf(new Uint8Array(20_000_000))).toBe("binary");
    expect(kindOf(Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01"))).toBe("binary");
  });

  test("makes every line break one of a kind, and blanks of a stray NUL", () => {
    expect(decode(Buffer.from("a\r\nb\rc\nd\0e"))).toBe("a\nb\nc\nd e");
  });

  test("takes or refuses whatever bytes there are, and gives no control characters", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        fc.constantFrom("text" as const, "html" as const),
        (bytes, format) => {
          const got = kindOf(bytes, format);
          if (got !== "binary" && got !== "encoding") expect(got).not.toMatch(/[\0-\x08\r\x0e-\x1a]/);
        },
      ),
    );
  });

  test("reads nothing as nothing", () => {
    expect(decode([])).toBe("");
  });
});
