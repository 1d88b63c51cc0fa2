import { expect, test } from "bun:test";
import { documentFormat } from "../../../../src/knowledge/documents/document-format.ts";

test("a format shows by the name, by the content where the name says nothing, and a PDF always by its content", () => {
  const of = (path: string, head: string) => documentFormat(path, Buffer.from(head));
  expect(of("/a/README.md", "# x")).toBe("markdown");
  expect(of("/a/B.HTM", "x")).toBe("html");
  expect(of("/a/notes.txt", "<html>")).toBe("text");
  expect(of("/a/page", "\uFEFF  <!DOCTYPE html><p>")).toBe("html");
  expect(of("/a/LICENSE", "text")).toBe("text");
  expect(of("/a/scan.pdf", "no pdf at all")).toBe("pdf");
  expect(of("/a/scan.bin", "junk before\n%PDF-1.7")).toBe("pdf");
  expect(of("/a/about.md", "%PDF-1.7")).toBe("pdf");
  expect(of("/a/about.md", "A PDF begins with %PDF-1.7")).toBe("markdown");
});
